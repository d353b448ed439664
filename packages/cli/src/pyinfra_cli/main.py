"""The entry of the command line: from arguments to an exit code.

Exit codes: 0 done, 1 something failed, 2 usage or refused, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import pyinfra

from .cli import cli
from .errors import INTERRUPTED, exit_code_of

if TYPE_CHECKING:
    import click


def main() -> None:
    """Run the command line and exit the process."""
    pyinfra.is_cli = True
    # A run on many hosts holds many objects to its end: looking through them for garbage took half of its time.
    gc.set_threshold(50_000, 50, 50)
    for stream in (sys.stdout, sys.stderr):
        # what a host prints may be no text; it is shown, never dropped
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # The end of the process would look through all that is left, to no use: for many hosts that took seconds.
    gc.freeze()
    # threads of connections that hang must not keep the process
    os._exit(code) if code == INTERRUPTED else sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line.

    Args:
        arguments: its arguments.

    Returns:
        The exit code.
    """

    def execute() -> int | None:
        if "_PYINFRA_COMPLETE" in os.environ:
            from .completion import Root

            Root("pyinfra").main(prog_name="pyinfra")
        command = _own_command(arguments) or cli
        words = arguments if command is cli else arguments[1:]
        name = "pyinfra" if command is cli else f"pyinfra {arguments[0]}"
        code = command.main(args=words, prog_name=name, standalone_mode=False)
        return code if isinstance(code, int) else None

    return exit_code_of(execute)


def _own_command(arguments: list[str]) -> click.Command | None:
    """Give the command that the first word names (`plugins`, or a plugin's); None where it is an inventory."""
    if not arguments or not arguments[0].isidentifier():
        return None
    from .subcommands import find_command

    return find_command(arguments[0])


__all__ = ["cli", "main", "run"]
