"""Facts and file operations do the same on hosts with other shells, tools and languages."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from depth_ways import WAYS, reach
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.facts import files as file_facts
from pyinfra.facts import server as server_facts
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent

TEXT = "İı é 日本 \\n $HOME `id` 'it''s' \"x\" ~ %s &\n"
BYTES = b"\xff\x00\xa1\xfe\n"
TIME = 1_700_000_000
NO_TEXT_THERE = (
    "a host's sed does not find `.` in lines whose bytes are no text in its language, as grep in C does"
)


@pytest.fixture(scope="module", params=WAYS, ids=str)
def way(request):
    return request.param


@pytest.fixture(scope="module")
def reached(way, real_hosts, busybox_host):
    return reach(way, {"gnu": lambda: real_hosts(1, reset=True)[0], "busybox": lambda: busybox_host})


@pytest.fixture
def source(tmp_path):
    """A tree of this machine, and an archive of it."""
    tree = tmp_path / "tree"
    (tree / "sub é").mkdir(parents=True)
    (tree / "sub é" / "-x 日本").write_text(TEXT)
    (tree / "top").write_text("top\n")
    (tree / "top").chmod(0o640)
    (tree / "link").symlink_to("sub é/-x 日本")
    # In the newer format tar has names in the host's own charset.
    with tarfile.open(tmp_path / "tree.tar.gz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.add(tree / "top", "top")
        archive.add(tree / "sub é", "sub é")
    return tmp_path


TOP = "/srv/depth"


def place_files(source):
    files.directory(f"{TOP}/dir é", mode=750)
    files.file(f"{TOP}/dir é/it's -x", mode=640)
    files.put(io.StringIO(TEXT), f"{TOP}/put $x", mode="u=rw,go=r")
    files.put(io.BytesIO(BYTES), f"{TOP}/bytes", mode=600)
    files.template(io.StringIO("{{ text }}"), f"{TOP}/template", text=TEXT)
    files.link(f"{TOP}/link é", target="put $x")
    files.copy(f"{TOP}/given -é", f"{TOP}/copies")
    files.sync(str(source / "tree"), f"{TOP}/synced", mode="644", dir_mode="755")
    files.unarchive(str(source / "tree.tar.gz"), f"{TOP}/unpacked", creates=f"{TOP}/unpacked/top")
    files.file(f"{TOP}/old", present=False)


PLACED = {
    "bytes": (0o600, BYTES),
    "copies": (0o755, None),
    "copies/given -é": (0o644, TEXT),
    "dir é": (0o750, None),
    "dir é/it's -x": (0o640, ""),
    "given -é": (0o644, TEXT),
    "link é": (0o777, "put $x"),
    "put $x": (0o644, TEXT),
    "synced": (0o755, None),
    "synced/link": (0o777, "sub é/-x 日本"),
    "synced/sub é": (0o755, None),
    "synced/sub é/-x 日本": (0o644, TEXT),
    "synced/top": (0o644, "top\n"),
    "template": (0o644, TEXT),
    "unpacked": (0o755, None),
    "unpacked/sub é": (0o755, None),
    "unpacked/sub é/-x 日本": (0o644, TEXT),
    "unpacked/top": (0o640, "top\n"),
}


def edit_files():
    files.line(f"{TOP}/lines", "Port 22", replace="Port 2222 é日本")
    files.line(f"{TOP}/lines", "ğİ é日本 $x 'y' \\ &", escape_regex_characters=True)
    files.line(f"{TOP}/lines", "gone é.*", present=False)
    files.replace(f"{TOP}/words", text="日本 é", replace="a/b & İ")
    files.block(f"{TOP}/block", content=["first é", "日本 $HOME", "it's `id`"], marker="# {mark} ğ")


EDITED = {
    "block": (0o644, "before é\n# BEGIN ğ\nfirst é\n日本 $HOME\nit's `id`\n# END ğ\n"),
    "lines": (0o644, "Port 2222 é日本\nkept é\nğİ é日本 $x 'y' \\ &\n"),
    "words": (0o644, "one a/b & İ two\n日本\n"),
}


def tree(top):
    """Modes, and contents or targets, by path."""
    found = {}
    for at, directories, names in os.walk(os.fsencode(top)):
        for path in (Path(os.fsdecode(at), os.fsdecode(name)) for name in (*directories, *names)):
            info = path.lstat()
            content = None
            if stat.S_ISLNK(info.st_mode):
                content = os.fspath(path.readlink()).encode()
            elif stat.S_ISREG(info.st_mode):
                content = path.read_bytes()
            found[str(path.relative_to(top))] = (stat.S_IMODE(info.st_mode), content)
    return found


def expected(described):
    return {
        name: (mode, content.encode() if isinstance(content, str) else content)
        for name, (mode, content) in described.items()
    }


@pytest.fixture
def folder(reached):
    """The folder of the deploy, empty."""
    reached.host.exec("rm", "-rf", TOP)
    made = reached.host.root / TOP.lstrip("/")
    made.mkdir(parents=True)
    return made


def write(folder, name, text):
    (folder / name).write_text(text)
    (folder / name).chmod(0o644)


def test_files_are_placed_alike(reached, folder, source):
    write(folder, "given -é", TEXT)
    write(folder, "old", "old")
    (folder / "unpacked").mkdir()
    (folder / "copies").mkdir()
    assert_idempotent(reached.host, lambda: place_files(source), user="root", **reached.config)
    assert tree(folder) == expected(PLACED)


def test_files_are_edited_alike(request, reached, way, folder):
    if way.language == "ja_JP.EUC-JP":
        request.applymarker(pytest.mark.xfail(reason=NO_TEXT_THERE, strict=True))
    write(folder, "lines", "Port 22\nkept é\ngone é日本\n")
    write(folder, "words", "one 日本 é two\n日本\n")
    write(folder, "block", "before é\n")
    assert_idempotent(reached.host, edit_files, user="root", **reached.config)
    assert tree(folder) == expected(EDITED)


def ask(reached, questions):
    """Ask the host in a new session."""
    state = State(
        Inventory(([(reached.host.name, reached.host.ssh_data("root"))], {})), Config(**reached.config)
    )
    connect_all(state)
    try:
        [host] = state.inventory
        return [host.get_fact(fact, **arguments) for fact, arguments in questions]
    finally:
        disconnect_all(state)


def test_facts_of_files_are_alike(reached, folder):
    made = folder / "dir é"
    made.mkdir()
    write(made, "it's -x", TEXT)
    write(made, "日本\nline", "x\ny\n")
    (made / "link ğ").symlink_to("it's -x")
    for path in (made / "it's -x", made):
        os.utime(path, (TIME, TIME))
    path = f"{TOP}/dir é"
    file, directory, link, nothing, found, lines, contents, digest, names = ask(
        reached,
        [
            (file_facts.File, {"path": f"{path}/it's -x"}),
            (file_facts.Directory, {"path": path}),
            (file_facts.Link, {"path": f"{path}/link ğ"}),
            (file_facts.File, {"path": f"{path}/nothing"}),
            (file_facts.FindFiles, {"path": path, "fname": "it*"}),
            (file_facts.FindInFile, {"path": f"{path}/it's -x", "pattern": "日本"}),
            (file_facts.FileContents, {"path": f"{path}/it's -x"}),
            (file_facts.Sha256File, {"path": f"{path}/it's -x"}),
            (file_facts.FindLinks, {"path": path}),
        ],
    )
    when = datetime.fromtimestamp(TIME, timezone.utc).replace(tzinfo=None)
    assert (file["mode"], file["user"], file["group"], file["size"]) == (
        644,
        "root",
        "root",
        len(TEXT.encode()),
    )
    assert file["mtime"] == when
    assert (directory["mode"], directory["user"], directory["mtime"]) == (755, "root", when)
    assert link["link_target"] == "it's -x"
    assert nothing is None
    assert found == [f"{path}/it's -x"]
    assert lines == contents == [TEXT.rstrip("\n")]
    assert digest == hashlib.sha256(TEXT.encode()).hexdigest()
    assert names == [f"{path}/link ğ"]


def test_facts_of_the_system_are_alike(reached):
    kernel, os_name, user, home, which, missing, date = ask(
        reached,
        [
            (server_facts.Kernel, {}),
            (server_facts.Os, {}),
            (server_facts.User, {}),
            (server_facts.Home, {}),
            (server_facts.Which, {"command": "sh"}),
            (server_facts.Which, {"command": "no such tool"}),
            (server_facts.Date, {}),
        ],
    )
    assert (kernel, os_name, user, home) == ("Linux", "Linux", "root", "/root")
    assert which.endswith("/sh")
    assert missing is None
    assert abs(date.timestamp() - datetime.now(timezone.utc).timestamp()) < 120
