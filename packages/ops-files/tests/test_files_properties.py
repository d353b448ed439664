"""Any name, mode, owner and content that is accepted, on this machine's file system."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

NAMES = st.text(
    st.sampled_from(list("ab -~'\"\\$`&;|<>(){}[]*?!#%=:,.\n\té日")), min_size=1, max_size=8
).filter(lambda name: name not in (".", ".."))
DIGITS = st.sampled_from([0o644, 0o600, 0o755, 0o400, 0o4755, 0o2750, 0o1777, 0o7, 0o70])
OCTAL = DIGITS.flatmap(
    lambda bits: st.sampled_from([int(f"{bits:o}"), f"{bits:o}", f"0{bits:o}", f"0o{bits:o}", f"{bits:04o}"])
)
CLAUSE = st.builds(
    lambda who, operator, what: f"{who}{operator}{what}",
    st.sampled_from(["u", "g", "o", "a", "ug", "go"]),
    st.sampled_from("+-="),
    st.sampled_from(["r", "w", "x", "rw", "rX", "rwx", "", "u", "g"]),
)
MODES = st.one_of(OCTAL, st.lists(CLAUSE, min_size=1, max_size=2).map(",".join))


def mode_by_chmod(path: Path, mode: object) -> int:
    """What chmod itself makes of a path."""
    text = (
        str(mode).removeprefix("0o")
        if not str(mode).isdecimal() or not str(mode).startswith("0")
        else str(mode)
    )
    subprocess.run(["chmod", "--", text, path], check=True)
    return stat.S_IMODE(path.stat().st_mode)


def settles(mode: object, path: Path) -> bool:
    """Tell whether chmod leaves alone what it has changed: `g=u,u=` does not."""
    return mode_by_chmod(path, mode) == mode_by_chmod(path, mode)


@settings(max_examples=settings.default.max_examples // 8)
@given(name=NAMES, mode=MODES, content=st.binary(max_size=30), slashes=st.sampled_from(["", "/", "//"]))
def test_any_name_and_mode(tmp_path_factory, name, mode, content, slashes):
    folder = tmp_path_factory.mktemp("any")
    for reference in ("file", "put"):
        (folder / reference).touch()
    (folder / "folder").mkdir()
    assume(
        settles(mode, folder / "folder") and settles(mode, folder / "file") and settles(mode, folder / "put")
    )
    wanted = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    own = {"user": str(os.getuid()), "group": os.getgid()}

    def deploy():
        files.directory(f"{folder}/d/{name}{slashes}", mode=mode, **own)
        files.file(f"{folder}/f/{name}", mode=mode, **own)
        files.put(BytesIO(content), f"{folder}/p/{name}", mode=mode, **own)
        files.link(f"{folder}/l/{name}", name, **own)

    assert_idempotent("@local", deploy)
    assert stat.S_IMODE((folder / "d" / name).stat().st_mode) == wanted["folder"]
    assert stat.S_IMODE((folder / "f" / name).stat().st_mode) == wanted["file"]
    assert stat.S_IMODE((folder / "p" / name).stat().st_mode) == wanted["put"]
    assert (folder / "p" / name).read_bytes() == content
    assert os.readlink(os.fsencode(folder / "l" / name)) == os.fsencode(name)  # noqa: PTH115 - as it is written
    for kind in "dfpl":
        assert [path.name for path in (folder / kind).iterdir()] == [name]

    run_deploy("@local", lambda: files.directory(f"{folder}/d/{name}{slashes}", present=False))
    run_deploy("@local", lambda: files.file(f"{folder}/f/{name}", present=False))
    run_deploy("@local", lambda: files.link(f"{folder}/l/{name}", present=False))
    assert not [path for kind in "dfl" for path in (folder / kind).iterdir()]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["file", "put", "line", "replace", "block", "link", "unline", "unblock"]),
        st.sampled_from("ab"),
        st.sampled_from(["x", "y=1", "it's $HOME", "a.c"]),
    ),
    min_size=1,
    max_size=6,
    # One operation may not undo what another does.
    unique_by=lambda step: step[1],
)


def take(folder: Path, step: tuple[str, str, str]) -> None:
    kind, name, text = step
    path = f"{folder}/{name}"
    if kind == "file":
        files.file(path, mode="640")
    elif kind == "put":
        files.put(BytesIO(text.encode()), path)
    elif kind == "line":
        files.line(path, text, escape_regex_characters=True)
    elif kind == "replace":
        files.replace(path, "old", text)
    elif kind == "block":
        files.block(path, text)
    elif kind == "link":
        files.link(path, text, force=True, force_backup=False)
    elif kind == "unline":
        files.line(path, text, present=False, escape_regex_characters=True)
    else:
        files.block(path, present=False)


@settings(max_examples=settings.default.max_examples // 10)
@given(
    steps=STEPS,
    old=st.sampled_from(["", "old\n", "x\nold", "# BEGIN PYINFRA BLOCK\nx\n# END PYINFRA BLOCK\nx\n"]),
)
def test_any_sequence_settles(tmp_path_factory, steps, old):
    folder = tmp_path_factory.mktemp("steps")
    for name in "ab":
        (folder / name).write_text(old)

    assert_idempotent("@local", lambda: [take(folder, step) for step in steps])


def upload_at_work(path: str) -> list[int]:
    """The processes that are putting a file in its place."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"upload" in words and path.encode() in words:
            found.append(int(pid))
    return found


@pytest.mark.real_hosts
def test_killed_at_any_moment_the_old_or_the_new_file_is_there(ssh_host):
    path = f"/srv/big-{random.getrandbits(32):08x}"
    there = ssh_host.root / path[1:]
    old, new = b"o" * 1_000_000, os.urandom(6_000_000)
    chance = random.Random(3)
    ended = threading.Event()

    def kill_soon() -> None:
        while not ended.is_set():
            if found := upload_at_work(path):
                ended.wait(chance.random() * 0.06)
                for pid in found:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                return
            time.sleep(0.002)

    seen = set()
    for _ in range(settings.default.max_examples // 16):
        there.write_bytes(old)
        there.chmod(0o640)
        ended.clear()
        killer = threading.Thread(target=kill_soon)
        killer.start()
        result = run_deploy(ssh_host, lambda: files.put(BytesIO(new), path, mode="600"), SUDO=True)
        ended.set()
        killer.join()
        content = there.read_bytes()
        assert content in (old, new)
        assert stat.S_IMODE(there.stat().st_mode) == (0o640 if content == old else 0o600)
        assert result.failed or content == new
        seen.add(bool(result.failed))
    assert True in seen, "no upload was hit"
    for left in there.parent.glob(".pyinfra-*"):
        assert left.read_bytes() == old or stat.S_IMODE(left.stat().st_mode) & 0o077 == 0
