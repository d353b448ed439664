"""Trees of many files: compared in one question, sent as one archive, and each file replaced as a whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.connectors.local import LocalConnector
from pyinfra.facts.files import Tree
from pyinfra.operations import files
from pyinfra.operations.files._local_tree import Excluded, walk
from pyinfra.operations.files._tree_commands import carry_out
from pyinfra.operations.files._tree_plan import make_plan
from pyinfra_testkit.deploys import assert_idempotent, run_deploy
from pyinfra_testkit.fakes import on_fake_host

TOKENS = ["a", "b c", "it's", 'q"q', "new\nline", "-n", "é日", "$(id)", "back\\slash", "`x`", "*", " ", "//"]
NAMES = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=2).map(
    lambda parts: "".join(parts).replace("/", "")
)
PATHS = st.lists(NAMES.filter(bool), min_size=1, max_size=3).map("/".join)
CONTENTS = st.binary(max_size=20)
MODES = st.sampled_from([0o644, 0o600, 0o755, 0o444])


def tree_of(folder: Path) -> dict[str, tuple[object, ...]]:
    """What a folder holds: kind, mode and content of each path."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()))
        elif path.is_dir():
            found[name] = ("folder", path.stat().st_mode & 0o777)
        else:
            found[name] = ("file", path.stat().st_mode & 0o777, path.read_bytes())
    return found


def grow(folder: Path, leaves: dict[str, tuple[str, int, bytes]]) -> None:
    """Make what hypothesis has drawn, as far as one thing is not in the way of another."""
    folder.mkdir(exist_ok=True)
    for name, (kind, mode, content) in leaves.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "folder":
                path.mkdir(exist_ok=True)
            elif kind == "link":
                path.symlink_to(os.fsdecode(content.replace(b"\0", b"")) or ".")
            else:
                path.write_bytes(content)
                path.chmod(mode)
        except OSError:
            continue


LEAVES = st.dictionaries(
    PATHS,
    st.tuples(st.sampled_from(["file", "file", "file", "link", "folder"]), MODES, CONTENTS),
    max_size=14,
)


def without_other_kinds(there: Path, wanted: Path) -> None:
    """Remove what sync refuses to replace: a folder for a file, a link for a folder, and the like."""
    for path in sorted(wanted.rglob("*")):
        other = there / path.relative_to(wanted)
        kinds = [(one.is_symlink(), one.is_dir() and not one.is_symlink()) for one in (path, other)]
        file_for_link = not path.is_symlink() and path.is_file() and other.is_symlink()
        if os.path.lexists(other) and kinds[0] != kinds[1] and not file_for_link:
            if other.is_dir() and not other.is_symlink():
                shutil.rmtree(other)
            else:
                other.unlink()


@settings(
    max_examples=settings.default.max_examples // 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(wanted=LEAVES, there=LEAVES, many=st.booleans())
def test_any_tree(wanted, there, many, tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    grow(root / "src", wanted)
    grow(root / "to", there)
    if many:
        grow(root / "src", {f"many/{number}": ("file", 0o640, b"x") for number in range(12)})
    without_other_kinds(root / "to", root / "src")
    folders = {path.relative_to(root / "to") for path in (root / "to").rglob("*") if path.is_dir()}

    assert_idempotent("@local", lambda: files.sync(f"{root}/src", f"{root}/to", delete=True))
    found, expected = tree_of(root / "to"), tree_of(root / "src")
    # Of directories, none is removed.
    kept = {str(folder) for folder in folders if not (root / "to" / folder).is_symlink()}
    assert {name: one for name, one in found.items() if name in expected or name not in kept} == expected


@pytest.fixture
def counted(monkeypatch):
    """The commands that reach the shell of this machine."""
    commands = []
    run = LocalConnector.run_shell_command

    def count(self, command, *arguments, **settings_):
        commands.append(str(command))
        return run(self, command, *arguments, **settings_)

    monkeypatch.setattr(LocalConnector, "run_shell_command", count)
    return commands


def make_many(folder: Path, text: str, number: int = 1000) -> None:
    for one in range(number):
        path = folder / f"d{one % 17}" / f"f {one}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text} {one}\n")


def test_a_thousand_files_are_a_few_commands(tmp_path, counted):
    make_many(tmp_path / "to", "old", 500)
    make_many(tmp_path / "src", "new", 1000)
    run_deploy("@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to", delete=True))
    assert tree_of(tmp_path / "src") == tree_of(tmp_path / "to")
    assert len(counted) <= 8, counted
    counted.clear()
    again = run_deploy(
        "@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to", delete=True), dry=True
    )
    assert not again.predicted
    assert len(counted) <= 3, counted


@pytest.mark.parametrize("number", [1, 20])
def test_no_link_leads_out_of_the_tree(tmp_path, caplog, number):
    make_many(tmp_path / "src", "new", number)
    make_many(tmp_path / "to", "old", number)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("kept\n")
    (tmp_path / "to/d0/f 0").unlink()
    (tmp_path / "to/d0/f 0").symlink_to("../../outside/secret")
    (tmp_path / "to/gone").symlink_to("../outside")

    assert_idempotent("@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to", delete=True))
    assert tree_of(tmp_path / "to") == tree_of(tmp_path / "src")
    assert tree_of(tmp_path / "outside") == {"secret": ("file", 0o644, b"kept\n")}

    (tmp_path / "to/d0").rename(tmp_path / "moved")
    (tmp_path / "to/d0").symlink_to("../outside")
    make_many(tmp_path / "src", "newer", number)
    assert run_deploy("@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to", delete=True)).failed
    assert f"{tmp_path}/to/d0 exists and is not a directory" in caplog.text
    assert tree_of(tmp_path / "outside") == {"secret": ("file", 0o644, b"kept\n")}


@pytest.mark.parametrize("number", [1, 20])
def test_what_is_of_another_kind_is_left_alone(tmp_path, caplog, number):
    make_many(tmp_path / "src", "new", number)
    (tmp_path / "to/d0/f 0").mkdir(parents=True)
    assert run_deploy("@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to")).failed
    assert f"{tmp_path}/to/d0/f 0 exists and is not a file" in caplog.text
    (tmp_path / "file").write_text("x")
    assert run_deploy("@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/file")).failed
    assert f"{tmp_path}/file exists and is not a directory" in caplog.text
    assert (tmp_path / "file").read_text() == "x"


def test_what_is_left_alone(tmp_path):
    make_many(tmp_path / "src", "x", 30)
    for folder in ("src", "to"):
        for name in ("keep.log", ".git/config", "a/__pycache__/b.pyc"):
            (tmp_path / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / name).write_text(folder)
    settings_ = {"exclude": "*.log", "exclude_dir": [".git", "*/__pycache__"], "delete": True}
    assert_idempotent("@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to", **settings_))
    assert {
        (tmp_path / "to" / name).read_text() for name in ("keep.log", ".git/config", "a/__pycache__/b.pyc")
    } == {"to"}


def test_large_files_go_alone(tmp_path):
    make_many(tmp_path / "src", "x", 20)
    (tmp_path / "src/large").write_bytes(os.urandom(1 << 21))
    (tmp_path / "src/large").chmod(0o600)
    result = assert_idempotent(
        "@local", lambda: files.sync(f"{tmp_path}/src", f"{tmp_path}/to", mode="u=rw,go=")
    )
    assert result.commands == 5
    assert {one[1] for one in tree_of(tmp_path / "to").values() if one[0] == "file"} == {0o600}
    assert (tmp_path / "to/large").read_bytes() == (tmp_path / "src/large").read_bytes()


def test_killed_at_any_moment_each_file_is_old_or_new(tmp_path):
    chance = random.Random(5)
    src, dest = tmp_path / "src", tmp_path / "to"
    make_many(src, "old", 60)
    shutil.copytree(src, dest)
    make_many(src, "new", 60)
    old, new = tree_of(dest), tree_of(src)
    for _ in range(settings.default.max_examples // 8):
        tree = walk(str(src), Excluded([], []))
        fact = Tree()
        asked = fact.command(str(dest), tree.files, tree.links).get_raw_value()
        lines = subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )
        plan = make_plan(
            tree, fact.process(lines) or {}, str(dest), (None, None), lambda _, folder: 755 if folder else 644
        )
        with on_fake_host({"server.Which": {"command=tar": "/bin/tar"}}):
            commands = list(carry_out(plan, tree, str(dest), (None, None)))
        if not commands:
            break
        upload, place = commands[-2:]
        archive = Path(place.get_raw_value().split(" a=", 1)[1].split(" ", 1)[0])
        archive.write_bytes(upload.src.read())
        process = subprocess.Popen(["sh", "-c", place.get_raw_value()], start_new_session=True)
        time.sleep(chance.random() * 0.12)  # the moment is what is tried, and none is the right one
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        found = {name: one for name, one in tree_of(dest).items() if ".pyinfra-" not in name}
        assert set(found) == set(old)
        assert all(one in (old[name], new[name]) for name, one in found.items())
        archive.unlink(missing_ok=True)
    assert_idempotent("@local", lambda: files.sync(str(src), str(dest), delete=True))
    assert tree_of(dest) == new


def test_a_host_without_tar_gets_each_file_alone(tmp_path):
    make_many(tmp_path / "src", "x", 5)
    tree = walk(str(tmp_path / "src"), Excluded([], []))
    plan = make_plan(tree, {}, "/srv/x", ("root", None), lambda _, folder: "u=rwX" if folder else 640)
    with on_fake_host({"server.Which": {"command=tar": None}}):
        uploads = list(carry_out(plan, tree, "/srv/x", ("root", None)))[1:]
    assert [upload.dest for upload in uploads] == [f"/srv/x/{path}" for path in tree.files]
    assert {(upload.placement.owner, upload.placement.mode) for upload in uploads} == {("root", 640)}
    assert not any(upload.placement.follow_links for upload in uploads)
