"""What is moved onto itself or into itself stays where it is."""

from __future__ import annotations

import os
import shutil

import pytest
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_preview_true, run_deploy

NAME = "it's a\n-é $(id)"


def found(root):
    return {str(path.relative_to(root)): path.is_file() and path.read_bytes() for path in root.rglob("*")}


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / NAME / "below" / NAME).mkdir(parents=True)
    (folder / NAME / "below" / NAME / "x").write_text("inner")
    (folder / "file").write_text("outer")
    (folder / "same").symlink_to(".")
    (folder / "inside").symlink_to(f"{NAME}/below")
    return folder


@pytest.mark.parametrize("tools", ["own", "busybox"])
@pytest.mark.parametrize(
    ("src", "dest", "error"),
    [
        ("file", ".", "is in"),
        ("file", "same/.", "is in"),
        ("same/file", f"inside/{NAME}/../../..", "is in"),
        (NAME, f"{NAME}/..", "is in"),
        (f"{NAME}/", f"{NAME}/below", "must not be in what is moved"),
        (NAME, "inside/.", "must not be in what is moved"),
    ],
)
def test_nothing_is_lost(tree, tmp_path, src, dest, error, tools):
    env = {}
    if tools == "busybox":
        if shutil.which("busybox") is None:
            pytest.skip("no busybox here")
        (tmp_path / "sh").symlink_to(str(shutil.which("busybox")))
        env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    before = found(tree)
    result = run_deploy(
        "@local", lambda: files.move(f"{tree}/{src}", f"{tree}/{dest}", overwrite=True, name="move", _env=env)
    )
    assert error in result.failed["move"]
    assert found(tree) == before


def test_what_is_there_is_replaced(tree):
    (tree / "to" / NAME).mkdir(parents=True)
    (tree / "to" / NAME / "gone").write_text("x")
    moved = found(tree / NAME)
    result = assert_preview_true(
        "@local", lambda: files.move(f"{tree}/{NAME}", f"{tree}/to", overwrite=True, name="move"), root=tree
    )
    assert result.changed == ["move"]
    assert found(tree / "to" / NAME) == moved
    assert not (tree / NAME).exists()


def test_another_name_of_a_file_is_replaced(tree):
    (tree / "to").mkdir()
    os.link(tree / "file", tree / "to/file")
    result = run_deploy("@local", lambda: files.move(f"{tree}/file", f"{tree}/to", overwrite=True, name="m"))
    assert result.changed == ["m"]
    assert (tree / "to/file").read_text() == "outer"
    assert not (tree / "file").exists()


# As between file systems: everything is copied, then the source is removed.
HALF = {"while it copies": 'mkdir "$2/{name}"', "while it removes": 'cp -R "$1" "$2"; rm "$1/file"'}


@pytest.mark.parametrize("when", HALF)
@pytest.mark.parametrize("is_replaced", [False, True])
def test_what_mv_leaves_half_done_is_whole_somewhere(tree, tmp_path, when, is_replaced):
    source, there = tree / NAME, tree / "to" / NAME
    (source / "file").write_text("new")
    there.parent.mkdir()
    if is_replaced:
        there.mkdir()
        (there / "old").write_text("old")
    before, moved = found(tree), found(source)
    program = tmp_path / "mv"
    half = HALF[when].format(name=NAME.replace("$", "\\$"))
    program.write_text(f'#!/bin/sh\ncase $2 in */to) {half}; exit 1;; esac\nexec /bin/mv "$@"\n')
    program.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    move = {"src": str(source), "dest": f"{tree}/to", "overwrite": True, "name": "move", "_env": env}
    assert "move" in run_deploy("@local", lambda: files.move(**move)).failed
    if when == "while it copies":
        assert found(tree) == before
    else:
        assert found(there) == moved
        assert ("old" in [path.name for path in tree.rglob("*")]) is is_replaced
