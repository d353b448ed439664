"""What the arguments of the operations may be."""

from __future__ import annotations

import re
from typing import Any

from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations.util.files import ensure_mode_int

_SYMBOLIC_MODE = re.compile(r"[ugoa]*[-+=][rwxXstugo]*")
_HIGHEST_MODE = 7777


def check_text(name: str, value: Any) -> None:
    """Refuse what is neither text nor None.

    Args:
        name: the argument's name.
        value: what was given for it.

    Raises:
        OperationTypeError: it is something else.
    """
    if value is not None and not isinstance(value, str):
        raise OperationTypeError(f"{name} must be text, not {value!r}")


def check_mode(mode: Any) -> None:
    """Refuse what is no mode, before anything is changed.

    Args:
        mode: octal digits, a symbolic mode, or None.

    Raises:
        OperationValueError: it is neither.
    """
    try:
        found = ensure_mode_int(mode)
    except ValueError as error:
        raise OperationValueError(f"mode: {error}") from error
    if found is None:
        return
    if isinstance(found, int) and not isinstance(found, bool) and found <= _HIGHEST_MODE:
        return
    if isinstance(found, str) and all(_SYMBOLIC_MODE.match(clause) for clause in found.split(",")):
        return
    raise OperationValueError(f"mode must be octal digits, such as '0644', not {mode!r}")
