"""Whether a value is what a type hint says, for values that users write down."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin


def fits(value: object, hint: Any) -> bool:
    """Tell whether a value is of the type that a hint names; an int is a float, and a bool neither.

    Args:
        value: the value.
        hint: a class, `Any`, a union, a `Literal`, or a container, whose items are not looked at.

    Returns:
        Whether it is; True for hints of other kinds, and for a mock, which tests of others put in place of anything.
    """
    if _is_mock(value):
        return True
    origin = get_origin(hint)
    if origin is None:
        return _is_of(value, hint)
    if origin is Literal:
        return value in get_args(hint)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return _is_collection(value, origin)
    return any(fits(value, inner) for inner in get_args(hint))


def _is_mock(value: object) -> bool:
    mock = sys.modules.get("unittest.mock")
    return mock is not None and isinstance(value, mock.NonCallableMock)


def _is_collection(value: object, origin: type) -> bool:
    if isinstance(value, str | bytes):
        return False
    if origin.__module__ != "collections.abc" or issubclass(origin, Mapping):
        return isinstance(value, origin)
    return isinstance(value, Iterable) and not isinstance(value, Mapping)


def _is_of(value: object, hint: Any) -> bool:
    if hint is Any or hint is object or not isinstance(hint, type):
        return True
    if hint in {int, float} and isinstance(value, bool):
        return False
    return isinstance(value, int | float if hint is float else hint)


def written(hint: Any) -> str:
    """Write a hint as a message shows it: `int | None`, without the modules that names are from."""
    if get_origin(hint) is Literal:
        return " or ".join(map(repr, get_args(hint)))
    text = hint.__name__ if isinstance(hint, type) and get_origin(hint) is None else str(hint)
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", text)
