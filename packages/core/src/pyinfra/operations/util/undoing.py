"""Commands that take back what they did where they fail half way, as on a disk that is full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from pyinfra.api import StringCommand

__all__ = ["UndoingCommand", "appending", "making"]

# Of a link that leads nowhere, and of what is no file, nothing is known.
_MEASURE = (
    '; __size=; if [ -f "$__path" ]; then __size=$(wc -c < "$__path"); '
    'elif [ ! -e "$__path" ] && [ ! -L "$__path" ]; then __size=new; fi'
)
# Some systems' wc prints blanks before the number.
_SHORTEN = (
    'case $__size in new) rm -f "$__path";; ?*) __size=$((__size)); '
    '[ "$(($(wc -c < "$__path")))" -gt "$__size" ] && dd if=/dev/null of="$__path" bs=1 seek="$__size";; esac'
)
_LOOK = '; __new=; [ -e "$__path" ] || [ -L "$__path" ] || __new=1'


class UndoingCommand(StringCommand):
    """A command behind which, where it fails, the same shell undoes what it did; it is told without that.

    Args:
        command: the command, with its connector arguments.
        undo: what undoes it. What that prints to stderr is not shown.
        before: what is run before the command, for `undo` to know how things were.
    """

    def __init__(self, command: StringCommand, undo: Any, before: Any = ":") -> None:
        super().__init__(*command.bits, _separator=command.separator, **command.connector_arguments)
        self._command = command
        self._undo = undo
        self._before = before

    @override
    def as_run(self) -> StringCommand:
        behind = StringCommand(
            "|| { __status=$?; {", self._undo, '; } 2> /dev/null; (exit "$__status"); }; }'
        )
        return StringCommand(
            "{", self._before, ";", self._command.as_run(), behind, **self.connector_arguments
        )


def appending(command: StringCommand, path: Any, made: Sequence[Any] = ()) -> UndoingCommand:
    """Have a command that writes to the end of a file leave that as long as it was, or not there, where it fails.

    A shell leaves a part of a line, or a file that is new and empty.

    Args:
        command: the command.
        path: the file, quoted.
        made: further files that the command makes, quoted, which are removed.

    Returns:
        The command.
    """
    remove = StringCommand("rm -f", *made, ";") if made else ""
    return UndoingCommand(command, StringCommand(remove, _SHORTEN), _remember(path, _MEASURE))


def making(command: StringCommand, path: Any, unless: StringCommand | None = None) -> UndoingCommand:
    """Have a command leave nothing at a path where it fails and nothing was there before.

    Args:
        command: the command.
        path: the path of a file or folder that it makes, quoted.
        unless: a command by whose success what was made stays all the same.

    Returns:
        The command.
    """
    stays = StringCommand("||", unless) if unless else ""
    remove = StringCommand('[ -z "$__new" ]', stays, '|| rm -rf "$__path"')
    return UndoingCommand(command, remove, _remember(path, _LOOK))


def _remember(path: Any, look: str) -> StringCommand:
    return StringCommand("__path=", path, look, _separator="")
