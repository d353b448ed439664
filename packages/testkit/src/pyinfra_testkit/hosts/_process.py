"""Running this machine's tools."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from pyinfra_testkit.hosts._errors import HostsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN_OUTPUT = 3000
"""How many characters of a failed tool's output an error shows: its end, where tools put the reason."""


def run(
    *command: str | os.PathLike[str],
    input: str | None = None,  # noqa: A002  the name that subprocess has
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> str:
    """Run a tool and return what it printed.

    Args:
        command: The tool and its arguments; no shell sees them.
        input: Text for its standard input, which is otherwise empty.
        env: Variables to add to the environment.
        timeout: Seconds after which it is killed; None waits for ever.

    Returns:
        Its standard output and standard error, as they came.

    Raises:
        HostsError: It is missing, failed, or ran out of time.
    """
    shown = " ".join(os.fspath(part) for part in command)
    try:
        done = subprocess.run(
            command,
            input=input or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="surrogateescape",
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
            timeout=timeout,
            check=False,
        )
    except OSError as error:
        raise HostsError(f"could not run `{shown}`: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise HostsError(f"`{shown}` did not end within {timeout} seconds") from error
    if done.returncode:
        raise HostsError(
            f"`{shown}` failed with exit code {done.returncode}:\n{done.stdout[-_SHOWN_OUTPUT:]}"
        )
    return done.stdout


def checked(done: subprocess.CompletedProcess[str]) -> str:
    """Give what a command printed that must have succeeded.

    Args:
        done: The finished command.

    Returns:
        Its standard output.

    Raises:
        AssertionError: It failed; what it printed is told.
    """
    if done.returncode:
        said = (done.stdout + done.stderr)[-_SHOWN_OUTPUT:]
        raise AssertionError(f"{done.args!r} failed with {done.returncode}: {said}")
    return done.stdout
