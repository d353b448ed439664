"""Previews compared with what a run really changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from pyinfra.context import host
from pyinfra_testkit.deploys import assert_preview_true


class Content(FactBase[Any]):
    def command(self, path: str) -> StringCommand:
        return StringCommand("! test -e", QuoteString(path), "|| cat", QuoteString(path))


class Touched(FactBase[Any]):
    def command(self, path: str) -> StringCommand:
        return StringCommand("touch", QuoteString(path))


@operation()
def write(path, text):
    if host.get_fact(Content, path=path) == text:
        host.noop("it is written")
        return
    yield StringCommand("printf %s", QuoteString(text), ">", QuoteString(path))


@operation()
def look(path):
    host.get_fact(Touched, path=path)
    host.noop("only looked")
    yield from ()


class Second:
    """Does one thing in the preview and another in the run."""

    def __init__(self, first: Any, later: Any) -> None:
        self._steps = [first]
        self._later = later

    def __call__(self) -> None:
        (self._steps.pop() if self._steps else self._later)()


def nothing() -> None:
    """Call no operation."""


def test_what_changes_is_told(tmp_path: Path) -> None:
    (tmp_path / "same").write_text("same")

    def code() -> None:
        write(name="one", path=str(tmp_path / "a"), text="x")
        write(name="two", path=str(tmp_path / "same"), text="same")

    result = assert_preview_true("@local", code, root=tmp_path)
    assert (result.changed, result.unchanged, result.paths) == (["one"], ["two"], ["a"])
    again = assert_preview_true("@local", code, root=tmp_path)
    assert (again.changed, again.paths) == ([], [])


def test_a_preview_that_changes_something(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"the preview itself changed \['seen'\]"):
        assert_preview_true("@local", lambda: look(str(tmp_path / "seen")), root=tmp_path)


def test_a_change_that_was_not_previewed(tmp_path: Path) -> None:
    code = Second(nothing, lambda: write(name="one", path=str(tmp_path / "a"), text="x"))
    with pytest.raises(AssertionError, match=r"previewed \[\], changed \['one'\]"):
        assert_preview_true("@local", code, root=tmp_path)


def test_a_change_that_is_not_told(tmp_path: Path) -> None:
    code = Second(nothing, lambda: look(str(tmp_path / "seen")))
    with pytest.raises(AssertionError, match=r"previewed no change, changed \['seen'\]"):
        assert_preview_true("@local", code, root=tmp_path)


def test_a_preview_of_what_does_not_come(tmp_path: Path) -> None:
    code = Second(lambda: write(name="one", path=str(tmp_path / "a"), text="x"), nothing)
    with pytest.raises(AssertionError, match=r"previewed \['one'\], changed \[\]"):
        assert_preview_true("@local", code, root=tmp_path)


def test_a_run_that_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the run failed"):
        assert_preview_true("@local", lambda: write(path=str(tmp_path / "no/a"), text="x"), root=tmp_path)


@pytest.mark.parametrize("hosts", ["@local", {"ssh_hostname": "h1"}])
def test_where_there_is_nothing_to_look_at(hosts) -> None:
    with pytest.raises(TypeError, match="root must name the folder"):
        assert_preview_true(hosts, nothing)


@pytest.mark.parametrize(("root", "path"), [(None, "etc/motd"), ("/etc", "motd")])
def test_of_a_real_host(ssh_host, root, path) -> None:
    def code() -> None:
        write(path="/etc/motd", text="hello", _sudo=True)

    assert assert_preview_true(ssh_host, code, root=root).paths == [path]
    assert assert_preview_true(ssh_host, code, root=root).paths == []
