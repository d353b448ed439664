"""Packages that are added whole, or not at all."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand
from pyinfra.operations.util.undoing import UndoingCommand

# The packages of which apk has noted that files could not be written, or a script failed ("Apk installeddb" of Alpine's
# wiki: `f:f` and `f:s`).
_BROKEN = "$(sed -n -e '/^P:/h' -e '/^f:.*[fs]/{' -e 'g;p' -e '}' /lib/apk/db/installed)"


def add_whole(command: StringCommand, names: list[str]) -> StringCommand:
    """Have an `apk add` that fails half way not leave its packages: apk lists them, and holds the host to them.

    It fails on a host with a broken package, too, whatever it was asked for: what it could add stays then.

    Args:
        command: the command.
        names: the packages that were not there before.

    Returns:
        The command.
    """
    if not names:
        return command
    words = StringCommand(*map(QuoteString, names))
    whole = StringCommand(f'[ "{_BROKEN}" = "$__broken" ] && apk info -e', words)
    undo = StringCommand("{", whole, "; } > /dev/null || apk del", words, "> /dev/null")
    return UndoingCommand(command, undo, f"__broken={_BROKEN}")
