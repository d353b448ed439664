"""What a command gives a shell to read."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

from pyinfra.api import FileDownloadCommand, FileUploadCommand, StringCommand
from pyinfra.api.command import QuoteString
from pyinfra.connectors.util import CommandOutput, make_unix_command, put_file_by_stdin


def codes(command: Any) -> Iterator[str]:
    """Give the shell code of a command: alone, and as its own global arguments have it wrapped."""
    if isinstance(command, str):
        yield command
    elif isinstance(command, StringCommand):
        yield command.get_raw_value()
        if command.connector_arguments:
            yield make_unix_command(command, **command.connector_arguments).get_raw_value()
    elif isinstance(command, FileUploadCommand):
        yield upload(command)
    elif isinstance(command, FileDownloadCommand):
        yield StringCommand("cat", "--", QuoteString(command.src)).get_raw_value()


def upload(command: FileUploadCommand) -> str:
    taken: list[str] = []

    def run_shell_command(code: StringCommand, **_: Any) -> tuple[bool, CommandOutput]:
        taken.append(code.get_raw_value())
        return True, CommandOutput([])

    connector = cast("Any", SimpleNamespace(run_shell_command=run_shell_command))
    put_file_by_stdin(connector, StringIO("x"), command.dest, placement=command.placement)
    return taken[0]


def without_conditions(code: str) -> str:
    """Give the code with `&&` and `||` that no quotes enclose made `;`, so that what stands behind is run too."""
    made, at, quote = [], 0, ""
    while at < len(code):
        character = code[at]
        if character == "\\" and quote != "'":
            made.append(code[at : at + 2])
            at += 2
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif code[at : at + 2] in ("&&", "||"):
            made.append(";")
            at += 2
            continue
        made.append(character)
        at += 1
    return "".join(made)
