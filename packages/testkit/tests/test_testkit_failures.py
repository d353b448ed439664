"""Failures that are asked for: what does not fail, says something else or changes something is told."""

from __future__ import annotations

import logging
import sys
from functools import partial
from pathlib import Path

import pytest
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.context import host
from pyinfra_testkit.failures import assert_each_fails, assert_fails, refusal_tests


@operation()
def write(path, text, works=True):
    if not text:
        raise OperationValueError(f"text must not be empty, as it is for {path} on {host.name}")
    yield StringCommand("echo", QuoteString(text), ">", QuoteString(path))
    if not works:
        yield StringCommand("echo is bad >&2; false")


REFUSED = [("write", {"path": "/a", "text": ""}, "text must not be empty")]
test_refusals = refusal_tests(sys.modules[__name__], REFUSED)


def test_a_refusal_that_is_none() -> None:
    test = refusal_tests(sys.modules[__name__], REFUSED)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test("write", {"path": "/a", "text": "b"}, "text must not be empty")
    with pytest.raises(AssertionError, match="which does not say 'nothing'"):
        test("write", {"path": "/a", "text": ""}, "nothing")
    assert [mark.kwargs["ids"] for mark in test.pytestmark] == [["write-0"]]


class TestOnThisMachine:
    @pytest.fixture
    def path(self, tmp_path: Path) -> str:
        return str(tmp_path / "file")

    @pytest.fixture
    def names(self, tmp_path: Path):
        return lambda: sorted(path.name for path in tmp_path.iterdir())

    def test_one_that_fails(self, path, names) -> None:
        told = assert_fails("@local", lambda: write(f"{path}/x", "text"), "irectory", names)
        assert f"{path}/x" in told
        assert "text must" in assert_fails("@local", lambda: write(path, ""), "on @local", names)

    def test_one_that_does_not(self, path) -> None:
        with pytest.raises(AssertionError, match="nothing failed"):
            assert_fails("@local", lambda: write(path, "text"), "")

    def test_one_that_says_something_else(self, path) -> None:
        with pytest.raises(AssertionError, match="does not say 'is good'"):
            assert_fails("@local", lambda: write(path, "text", works=False), "is good")

    def test_one_that_changes_something(self, path, names) -> None:
        with pytest.raises(AssertionError, match=r"(?s)something has changed:.*\n\+\['file'\]"):
            assert_fails("@local", lambda: write(path, "text", works=False), "is bad", names)

    def test_one_that_logs_a_traceback(self, path) -> None:
        def code() -> None:
            logging.getLogger("pyinfra").warning("Traceback (most recent call last):")
            write(path, "")

        with pytest.raises(AssertionError, match="there is a traceback"):
            assert_fails("@local", code, "text must")

    def test_several(self, path, names) -> None:
        operations = {"one": partial(write, f"{path}/x", "text"), "two": partial(write, f"{path}/y", "text")}
        assert list(assert_each_fails("@local", operations, names)) == ["one", "two"]

    def test_several_of_which_one_does_not_fail(self, path, names) -> None:
        operations = {"one": partial(write, f"{path}/x", "text"), "two": partial(write, path, "text")}
        with pytest.raises(AssertionError, match=r"these did not fail: \['two'\]"):
            assert_each_fails("@local", operations, names)

    def test_several_of_which_one_changes_something(self, path, names) -> None:
        operations = {"one": partial(write, path, "text", works=False)}
        with pytest.raises(AssertionError, match="something has changed"):
            assert_each_fails("@local", operations, names)


def test_output_of_what_must_succeed(ssh_host) -> None:
    assert ssh_host.check_output("cat", input="text") == "text"
    assert ssh_host.check_output("id", "-un", user="deploy") == "deploy\n"
    with pytest.raises(AssertionError, match="failed with 3: to say"):
        ssh_host.check_output("sh", "-c", "echo to say; exit 3")
