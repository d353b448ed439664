"""The entry of the command line: from arguments to an exit code.

Exit codes: 0 done, 1 something failed, 2 usage or refused, 130 interrupted.
"""

from __future__ import annotations

import os
import sys

import click
import pyinfra

from .cli import cli
from .exceptions import CliError
from .log import print_error

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit the process."""
    pyinfra.is_cli = True
    for stream in (sys.stdout, sys.stderr):
        # what a host prints may be no text; it is shown, never dropped
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # threads of connections that hang must not keep the process
    os._exit(code) if code == INTERRUPTED else sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line.

    Args:
        arguments: its arguments.

    Returns:
        The exit code.
    """
    from pyinfra.api.exceptions import PyinfraError

    try:
        command = _own_command(arguments) or cli
        words = arguments if command is cli else arguments[1:]
        return int(command.main(args=words, prog_name="pyinfra", standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.exceptions.Abort):
        print_error("interrupted: no further operation is started")
        return INTERRUPTED
    except CliError as error:
        print_error(str(error))
        return error.exit_code
    except PyinfraError as error:
        print_error(place(error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _own_command(arguments: list[str]) -> click.Command | None:
    """Give the command that the first word names (`plugins`, or a plugin's); None where it is an inventory."""
    if not arguments or not arguments[0].isidentifier():
        return None
    from .subcommands import find_command

    return find_command(arguments[0])


def place(error: Exception) -> str:
    """Write an error with its place in deploy code, where that is known."""
    location = getattr(error, "pyinfra_location", None)
    return f"{location[0]}:{location[1]}: {error}" if location else str(error)


__all__ = ["cli", "main", "run"]
