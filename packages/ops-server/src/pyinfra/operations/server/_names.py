"""What names of users and groups, and paths, may be."""

from __future__ import annotations

import os
import re

from pyinfra.api import OperationTypeError, OperationValueError

# What would break the line of /etc/passwd or /etc/group that the name stands in.
FORBIDDEN = re.compile(r"[:\n\0]")


def check_account_name(kind: str, name: object) -> None:
    """Refuse a name that neither a user nor a group can have; what else is allowed, the host's tools decide.

    Args:
        kind: `user` or `group`, for the message.
        name: the name.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty, or holds a colon, a newline or a NUL.
    """
    if not isinstance(name, str):
        raise OperationTypeError(f"{kind} must be the name of a {kind} (str), not {type(name).__name__}")
    if not name or FORBIDDEN.search(name):
        raise OperationValueError(
            f"{kind} must be the name of a {kind}, without colons and newlines, not {name!r}"
        )


def check_path(argument: str, path: object) -> None:
    """Refuse what is no path on a host.

    Args:
        argument: the argument's name, for the message.
        path: the path.

    Raises:
        OperationTypeError: it is neither a str nor an `os.PathLike`.
        OperationValueError: it is empty, or holds a NUL.
    """
    if not isinstance(path, str | os.PathLike):
        raise OperationTypeError(f"{argument} must be a path (str), not {path!r}")
    if not str(path) or "\0" in str(path):
        raise OperationValueError(f"{argument} must be a path, not {path!r}")


def end_of_options(name: str) -> tuple[str, ...]:
    """Give what stands before a name that a tool would take for an option: `--`, or nothing."""
    return ("--",) if name.startswith("-") else ()
