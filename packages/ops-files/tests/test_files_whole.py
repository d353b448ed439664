"""All operations on a real host: what the preview says is what changes on its file system, and nothing else does."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from io import StringIO
from pathlib import Path

import pytest
from pyinfra import host
from pyinfra.operations import files
from pyinfra_testkit.deploys import run_deploy

pytestmark = pytest.mark.real_hosts

NAME = 'it\'s a\n"name" -é;$(id)'
LONG_AGO = 1_000_000_000

# Below each operation's own folder: what must change there, and to what (type, mode, owner, content or target).
CHANGES: dict[str, dict[str, tuple[str, int, int, object] | None]] = {
    "file": {f"{NAME}/x": ("file", 0o4750, 4321, b""), NAME: ("folder", 0o755, 4321, None)},
    "file changed": {"x": ("file", 0o604, 4321, b"old")},
    "file removed": {"x": None},
    "directory": {f"{NAME}/y": ("folder", 0o2775, 4321, None), NAME: ("folder", 0o755, 0, None)},
    "directory removed": {"d/x": None, "d": None},
    "link": {NAME: ("link", 0o777, 4321, "-x/$HOME y")},
    "link changed": {"l": ("link", 0o777, 0, "new")},
    "hard link": {"h": ("file", 0o644, 0, b"old")},
    "put": {NAME: ("file", 0o640, 4321, "é\n".encode())},
    "put changed": {"x": ("file", 0o600, 4321, b"new")},
    "put through a link": {"x": ("file", 0o640, 4321, b"new")},
    "template": {NAME: ("file", 0o644, 0, b"it's $x\n")},
    "sync": {
        "s": ("folder", 0o755, 4321, None),
        "s/k": ("file", 0o640, 4321, b"k"),
        "s/l": ("link", 0o777, 4321, "k"),
        "s/gone": None,
    },
    "sync many": {
        **{f"s/{number}": ("file", 0o640, 4321, b"%d" % number) for number in range(20)},
        "s": ("folder", 0o755, 4321, None),
        "s/l": ("link", 0o777, 4321, "k"),
        "s/gone": None,
    },
    "line": {"x": ("file", 0o640, 4321, b"one\nb=$HOME 'x' / &\nc=3\n")},
    "line removed": {"x": ("file", 0o640, 4321, b"one\nc=3\n")},
    "line with a backup": {
        "x": ("file", 0o640, 4321, b"one\nb=2\nc=3\nd\n"),
        "x.*": ("file", 0o640, 0, b"one\nb=2\nc=3\n"),
    },
    "replace": {"x": ("file", 0o640, 4321, b"one\nB/&=2\nc=3\n")},
    "block": {
        "x": ("file", 0o640, 4321, b"one\n# BEGIN A\n`b` $HOME\n# END A\nb=2\nc=3\n"),
    },
    "block removed": {"x": ("file", 0o640, 4321, b"one\nc=3\n")},
    "download": {NAME: ("file", 0o604, 4321, b"served")},
    "copy": {f"to/{NAME}": ("file", 0o640, 0, b"old")},
    "move": {NAME: None, f"to/{NAME}": ("file", 0o640, 4321, b"old")},
    "unarchive": {"to/a b": ("file", 0o640, 0, b"packed")},
}


def snapshot(root: Path) -> dict[str, tuple[object, ...]]:
    """What there is below a folder: type, mode, owner, content or target, time of change and inode."""
    found: dict[str, tuple[object, ...]] = {}
    for path in root.rglob("*"):
        told = path.lstat()
        if stat.S_ISLNK(told.st_mode):
            kind, content = "link", str(path.readlink())
        elif stat.S_ISDIR(told.st_mode):
            kind, content = "folder", None
        else:
            kind, content = "file", path.read_bytes()
        # What a folder holds changes its time.
        moment = (told.st_mtime_ns, told.st_ino) if kind != "folder" else (0, told.st_ino)
        found[str(path.relative_to(root))] = (kind, told.st_mode & 0o7777, told.st_uid, content, *moment)
    return found


def put_there(path: Path, content: bytes, mode: int = 0o640, owner: int = 4321) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.chown(path, owner, owner)
    path.chmod(mode)
    os.utime(path, (LONG_AGO, LONG_AGO))


def lay_out(root: Path) -> None:
    """Make what is there before."""
    for operation in CHANGES:
        put_there(root / operation / "untouched", b"untouched\n")
    for operation in ("line", "line removed", "line with a backup", "replace"):
        put_there(root / operation / "x", b"one\nb=2\nc=3\n")
    put_there(root / "block/x", b"one\n# BEGIN A\nold\n# END A\nb=2\nc=3\n")
    put_there(root / "block removed/x", b"one\n# BEGIN A\nold\n# END A\nc=3\n")
    for name in (
        "file changed/x",
        "file removed/x",
        "directory removed/d/x",
        "put changed/x",
        "put through a link/x",
    ):
        put_there(root / name, b"old")
    (root / "put through a link/l").symlink_to("x")
    (root / "link changed/l").symlink_to("old")
    put_there(root / "hard link/x", b"old", 0o644, 0)
    for operation in ("copy", "move"):
        put_there(root / operation / NAME, b"old")
        (root / operation / "to").mkdir()
    (root / "unarchive/to").mkdir()
    for operation in ("sync", "sync many"):
        put_there(root / operation / "s/kept.log", b"kept")
        put_there(root / operation / "s/same", b"same")
        put_there(root / operation / "s/gone", b"gone")
    put_there(root / "served", b"served")


def lay_out_here(folder: Path) -> None:
    """Make what is uploaded."""
    for operation, names in (("sync", ["k"]), ("sync many", [str(number) for number in range(20)])):
        (folder / operation).mkdir()
        for name in (*names, "same"):
            (folder / operation / name).write_text(name)
            (folder / operation / name).chmod(0o600)
        (folder / operation).chmod(0o755)
        (folder / operation / "l").symlink_to("k")
    with tarfile.open(folder / "a.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("a b")
        member.size, member.mode = 6, 0o640
        archive.addfile(member, io.BytesIO(b"packed"))


def deploy(here: Path, env: dict[str, str]) -> None:
    with host.arguments(_env=env):
        call_all(here)


def call_all(here: Path) -> None:
    at = "/srv/t"
    own = {"user": "4321", "group": "4321"}
    files.file(name="file", path=f"{at}/file/{NAME}/x", mode="4750", **own)
    files.file(name="file changed", path=f"{at}/file changed/x", mode="u=rw,g=,o=r")
    files.file(name="file removed", path=f"{at}/file removed/x", present=False)
    files.directory(name="directory", path=f"{at}/directory/{NAME}/y", mode=2775, **own)
    files.directory(name="directory removed", path=f"{at}/directory removed/d/", present=False)
    files.link(name="link", path=f"{at}/link/{NAME}", target="-x/$HOME y", **own)
    files.link(name="link changed", path=f"{at}/link changed/l", target="new")
    files.link(name="hard link", path=f"{at}/hard link/h", target=f"{at}/hard link/x", symbolic=False)
    files.put(name="put", src=StringIO("é\n"), dest=f"{at}/put/{NAME}", mode="0640", **own)
    files.put(name="put changed", src=StringIO("new"), dest=f"{at}/put changed/x", mode=600)
    files.put(name="put through a link", src=StringIO("new"), dest=f"{at}/put through a link/l")
    files.template(
        name="template", src=StringIO("{{ x }} $x\n"), dest=f"{at}/template/{NAME}", x="it's", mode="644"
    )
    for operation in ("sync", "sync many"):
        files.sync(
            name=operation,
            src=f"{here}/{operation}",
            dest=f"{at}/{operation}/s",
            mode="640",
            dir_mode="755",
            delete=True,
            exclude="*.log",
            **own,
        )
    files.line(name="line", path=f"{at}/line/x", line="^b=.*$", replace="b=$HOME 'x' / &")
    files.line(name="line removed", path=f"{at}/line removed/x", line="b=2", present=False)
    files.line(name="line with a backup", path=f"{at}/line with a backup/x", line="d", backup=True)
    files.replace(name="replace", path=f"{at}/replace/x", text="b", replace="B/&")
    files.block(name="block", path=f"{at}/block/x", content="`b` $HOME", marker="# {mark} A")
    files.block(name="block removed", path=f"{at}/block removed/x", present=False, marker="# {mark} A")
    files.download(
        name="download", src=f"file://{at}/served", dest=f"{at}/download/{NAME}", mode="604", **own
    )
    files.copy(name="copy", src=f"{at}/copy/{NAME}", dest=f"{at}/copy/to")
    files.unarchive(
        name="unarchive", src=f"{here}/a.tar.gz", dest=f"{at}/unarchive/to", creates=f"{at}/unarchive/to/a b"
    )


def move() -> None:
    files.move(name="move", src=f"/srv/t/move/{NAME}", dest="/srv/t/move/to")


def differences(before: dict[str, tuple[object, ...]], after: dict[str, tuple[object, ...]]) -> set[str]:
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


@pytest.mark.parametrize("tools", ["gnu", "busybox"])
def test_what_the_preview_says_is_what_changes(ssh_host, tmp_path, tools):
    root = ssh_host.root / "srv/t"
    lay_out(root)
    lay_out_here(tmp_path)
    config = {"SUDO": True}
    env = {}
    if tools == "busybox":
        made = ssh_host.exec(
            "sh",
            "-ec",
            "mkdir /opt/busybox && busybox --install -s /opt/busybox && ln -s /usr/bin/curl /opt/busybox",
        )
        assert made.returncode == 0, made.stderr
        env = {"PATH": "/opt/busybox"}
    before = snapshot(root)
    expected = [name for name in CHANGES if name != "move"]

    assert run_deploy(ssh_host, lambda: deploy(tmp_path, env), dry=True, **config).predicted == expected
    assert snapshot(root) == before
    first = run_deploy(ssh_host, lambda: deploy(tmp_path, env), **config)
    assert (first.failed, first.predicted, first.changed) == ({}, expected, expected)
    run_deploy(ssh_host, move, **config)

    after = snapshot(root)
    [kept] = [path for path in after if path.startswith("line with a backup/x.")]
    wanted = {
        f"{operation}/{path}": value for operation, paths in CHANGES.items() for path, value in paths.items()
    }
    wanted[kept] = wanted.pop("line with a backup/x.*")
    assert {path: after[path][:4] if path in after else None for path in differences(before, after)} == wanted

    again = run_deploy(ssh_host, lambda: deploy(tmp_path, env), **config)
    assert (again.failed, again.changed, again.commands) == ({}, [], 0)
    assert snapshot(root) == after


def test_get_fetches_what_differs(ssh_host, tmp_path):
    (ssh_host.root / f"srv/{NAME}").write_bytes(b"\xff\0")
    before = snapshot(ssh_host.root / "srv")

    def fetch():
        files.get(name="get", src=f"/srv/{NAME}", dest=f"{tmp_path}/new/{NAME}", create_local_dir=True)

    assert run_deploy(ssh_host, fetch).changed == ["get"]
    assert run_deploy(ssh_host, fetch).commands == 0
    assert snapshot(ssh_host.root / "srv") == before
    assert [path.read_bytes() for path in (tmp_path / "new").iterdir()] == [b"\xff\0"]
