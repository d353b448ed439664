"""From what is raised to what the user is told, and to an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import click
from pyinfra.api.exceptions import PyinfraError

from .exceptions import CliError
from .log import print_error, screen

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def exit_code_of(function: Callable[[], int | None]) -> int:
    """Call a function and tell of what it raises.

    Args:
        function: gives an exit code, or None for 0.

    Returns:
        The exit code: 0 done, 1 something failed, 2 usage or refused, 130 interrupted.
    """
    try:
        return function() or DONE
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return REFUSED
    except (KeyboardInterrupt, click.exceptions.Abort):
        print_error("interrupted: no further operation is started")
        return INTERRUPTED
    except CliError as error:
        print_error(str(error))
        return error.exit_code
    except PyinfraError as error:
        print_error(with_place(error, str(error)))
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        _tell_of_unexpected(error)
        return FAILED


def _tell_of_unexpected(error: Exception) -> None:
    """Name the place in the user's code; where there is none, it is our fault, and the whole of it is shown."""
    from .util import user_place

    text = f"{type(error).__name__}: {error}"
    found = user_place(error)
    if found is not None:
        print_error(f"{found[0]}:{found[1]}: {text}")
        return
    for line in "".join(traceback.format_exception(error)).splitlines():
        screen.line(line, err=True)
    print_error(f"{text} (a fault of pyinfra or of a plugin: please report it with the lines above)")


def with_place(error: BaseException, text: str) -> str:
    """Write an error's text after its place in deploy code, where that is known."""
    location = getattr(error, "pyinfra_location", None)
    return f"{location[0]}:{location[1]}: {text}" if location else text
