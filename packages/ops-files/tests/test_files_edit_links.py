"""Edits of a file that a symbolic link leads to: the link stays, and so do the file's mode and owner."""

from __future__ import annotations

import pytest
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

EDITS = {
    "line": (lambda path, **how: files.line(path, "^b$", replace="c", **how), "a\nc\n"),
    "no line": (lambda path, **how: files.line(path, "b", present=False, **how), "a\n"),
    "new line": (lambda path, **how: files.line(path, "c", **how), "a\nb\nc\n"),
    "replace": (lambda path, **how: files.replace(path, "b", "c", **how), "a\nc\n"),
    "block": (
        lambda path, **how: files.block(path, "x", marker="# {mark}", **how),
        "a\nb\n# BEGIN\nx\n# END\n",
    ),
}


@pytest.fixture
def tree(tmp_path):
    """A chain of two links with odd names to a file in another folder."""
    (tmp_path / "real -é").mkdir()
    file = tmp_path / "real -é" / "it's\nhere"
    file.write_text("a\nb\n")
    file.chmod(0o640)
    (tmp_path / "real -é" / "second").symlink_to("it's\nhere")
    (tmp_path / "first").symlink_to("real -é/second")
    return tmp_path


@pytest.mark.parametrize("name", EDITS)
def test_what_a_link_leads_to_is_edited(tree, name):
    edit, content = EDITS[name]
    file = tree / "real -é" / "it's\nhere"
    inode = (tree / "first").lstat().st_ino
    result = assert_preview_true("@local", lambda: edit(f"{tree}/first"), root=tree)
    assert file.read_text() == content
    assert not file.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert (tree / "first").lstat().st_ino == inode
    assert (tree / "real -é" / "second").is_symlink()
    assert set(result.paths) <= {"real -é", "real -é/it's\nhere"}
    again = run_deploy("@local", lambda: edit(f"{tree}/first"))
    assert (again.failed, again.commands) == ({}, 0)


def test_a_backup_is_beside_the_file(tree):
    assert_idempotent("@local", lambda: files.replace(f"{tree}/first", "b", "c", backup=True))
    names = [path.name.partition(".")[0] for path in (tree / "real -é").iterdir()]
    assert sorted(names) == ["it's\nhere", "it's\nhere", "second"]
    assert [path.name for path in tree.iterdir() if path.name.startswith("first")] == ["first"]


@pytest.mark.parametrize("target", ["gone", "a"])
def test_links_that_lead_nowhere(tmp_path, target):
    (tmp_path / "a").symlink_to(target)
    result = run_deploy("@local", lambda: files.block(f"{tmp_path}/a", "x", name="block"))
    assert f"{tmp_path}/a on @local is a symbolic link that leads to no file" in result.failed["block"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
