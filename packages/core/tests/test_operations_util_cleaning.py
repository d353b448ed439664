"""What was done before a failure is undone, and nothing where there is none."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from engine_kit import Recorder
from pyinfra.api import (
    FileUploadCommand,
    FunctionCommand,
    OperationError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.state import Outcome
from pyinfra.operations.util.cleaning import CleaningCommand, CleaningUpload, undone
from together_kit import Placing, called, outcome


@operation(is_idempotent=False, together=True)
def make(folder, *commands):
    made = [QuoteString(folder / name) for name in ("one", "two")]
    yield StringCommand("touch", *made)
    yield from undone(commands, [StringCommand("rm", path) for path in (QuoteString(folder / "none"), *made)])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(params=[Recorder, Placing])
def run(request, make_run):
    made = make_run(connector=request.param, FAIL_PERCENT=100)
    made.state.should_raise_failed_hosts = lambda _: False
    return made


@pytest.mark.parametrize(
    "command",
    [
        StringCommand("false"),
        StringCommand("test -z", '"$A"', _env={"A": "a"}),
        FileUploadCommand(StringIO("text"), "/no/such/folder/file"),
    ],
    ids=["command", "arguments of its own", "upload"],
)
def test_what_fails(run, folder, command):
    called(run, make, folder, StringCommand("true"), command)
    assert (outcome(run), names(folder)) == ([Outcome.FAILED], [])


def test_what_works(run, folder):
    called(
        run, make, folder, StringCommand("true"), FileUploadCommand(StringIO("text"), str(folder / "three"))
    )
    assert (outcome(run), names(folder)) == ([Outcome.CHANGED], ["one", "three", "two"])


def test_no_further_command_can_be_had():
    def commands():
        yield StringCommand("true")
        raise OperationError("none")

    undo = StringCommand("undo")
    given = []
    with pytest.raises(OperationError, match="none"):
        given.extend(undone(commands(), [undo]))
    # What was yielded before the error is what a run has had.
    steps = undone(commands(), [undo])
    assert isinstance(next(steps), CleaningCommand)
    assert next(steps) == undo


def test_commands_are_told_as_they_are():
    def call():
        """Do nothing."""

    commands = [StringCommand("a"), FileUploadCommand("b", "/c"), FunctionCommand(call, (), {})]
    assert list(undone(commands, [])) == commands
    wrapped = list(undone(commands, [StringCommand("undo")]))
    assert [str(command) for command in wrapped] == [str(command) for command in commands]
    assert isinstance(wrapped[1], CleaningUpload)
    assert wrapped[2] is commands[2]
