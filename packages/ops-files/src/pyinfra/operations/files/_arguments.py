"""Checks of arguments that several operations have."""

from __future__ import annotations

import re
from os import PathLike, fspath
from typing import Any

from pyinfra.api import HiddenValue, MaskString, OperationTypeError, OperationValueError
from pyinfra.operations.util.files import ensure_mode_int

SYMBOLIC_MODE = re.compile(r"[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+")
_HIGHEST_MODE = 7777


def check_path(name: str, value: Any) -> str:
    """Give a path as a str.

    Args:
        name: the argument's name.
        value: what was given for it.

    Returns:
        The path.

    Raises:
        OperationTypeError: it is neither a str nor a path.
        OperationValueError: it is empty, or holds a NUL.
    """
    if not isinstance(value, str | PathLike):
        raise OperationTypeError(f"`{name}` must be a string or `os.PathLike` object")
    path = fspath(value)
    if not isinstance(path, str):
        raise OperationTypeError(f"`{name}` must be a string or `os.PathLike` object")
    if not path or "\0" in path:
        raise OperationValueError(f"`{name}` must be a path, not {path!r}")
    return path


def check_mode(mode: Any) -> int | str | None:
    """Give a mode in the form in which file facts have it, or a symbolic one as it is.

    Args:
        mode: octal digits as an int or a str, a symbolic mode such as `u+x`, or None.

    Returns:
        An int that reads as the octal digits, the symbolic mode, or None.

    Raises:
        OperationTypeError: it is neither int nor str.
        OperationValueError: it is no mode.
    """
    if mode is None:
        return None
    if isinstance(mode, bool) or not isinstance(mode, int | str):
        raise OperationTypeError(f"`mode` must be octal digits or a symbolic mode, not {mode!r}")
    try:
        found = ensure_mode_int(mode)
    except ValueError as error:
        raise OperationValueError(str(error)) from error
    if isinstance(found, int):
        if found > _HIGHEST_MODE:
            raise OperationValueError(f"Invalid file mode: {mode!r} has more than four octal digits")
    elif not all(SYMBOLIC_MODE.fullmatch(clause) for clause in str(found).split(",")):
        raise OperationValueError(
            f"Invalid file mode: {mode!r} (expected octal digits such as 644, or a symbolic mode such as 'u+x,g-w')"
        )
    return found


def reveal(value: Any) -> Any:
    """Give a `HiddenValue` as the text that it hides, still masked in output; anything else as it is."""
    return MaskString(value.unmask()) if isinstance(value, HiddenValue) else value


def check_owner(name: str, value: Any) -> str | None:
    """Give a user or group as a str.

    Args:
        name: the argument's name.
        value: what was given for it: a name, a number, or None.

    Returns:
        The name; None for none.

    Raises:
        OperationTypeError: it is neither a str nor a number.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise OperationTypeError(f"`{name}` must be a name or a number, not {value!r}")
    return str(value)
