"""What git operations check and word alike."""

from __future__ import annotations

from typing import Any

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand
from pyinfra.facts.files import Directory
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import chown


def check_name(what: str, value: object, optional: bool = True) -> None:
    """Refuse what git would take for an option, or for nothing.

    Args:
        what: the argument's name.
        value: its value.
        optional: whether it may be None.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty or starts with a dash.
    """
    if value is None and optional:
        return
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be a str, not {value!r}")
    if not value or value.startswith("-") or "\n" in value:
        raise OperationValueError(f"{what} must be a name, not {value!r}")


def check_path(what: str, value: object) -> None:
    """Refuse what is no path.

    Args:
        what: the argument's name.
        value: its value.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty.
    """
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be a str, not {value!r}")
    if not value:
        raise OperationValueError(f"{what} must be the path of a folder, not {value!r}")


def is_folder(path: str) -> bool:
    """Tell whether there is a folder on the host."""
    # Little may be known of one that is there.
    return host.get_fact(Directory, path=path) not in (None, False)


def git_in(folder: str, *bits: Any) -> StringCommand:
    """Word a command of git in a folder."""
    return StringCommand("cd", quote_path(folder), "&& git", *bits)


def quoted(*values: str) -> list[QuoteString]:
    """Quote words."""
    return [QuoteString(value) for value in values]


def owned(path: str, user: str | None, group: str | None, recursive: bool = True) -> StringCommand:
    """Word a command that gives a path, with what is below it, to an owner."""
    return chown(path, user, group, recursive=recursive)
