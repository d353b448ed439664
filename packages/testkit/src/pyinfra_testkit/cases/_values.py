"""Turning what a data file can hold into Python values, and back."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date, datetime
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyinfra_testkit.fakes import key_text

if TYPE_CHECKING:
    from collections.abc import Callable

_TAGS: dict[str, Callable[[str], Any]] = {"datetime:": datetime.fromisoformat, "path:": Path, "io:": StringIO}


def from_data(value: Any) -> Any:
    """Expand tagged values: `datetime:…`, `path:…` and `io:…` strings, and lists that begin with `set:`.

    Args:
        value: What a data file holds.

    Returns:
        The same with Python values in place of the tagged ones.
    """
    if isinstance(value, str):
        for tag, make in _TAGS.items():
            if value.startswith(tag):
                return make(value[len(tag) :])
        return value
    if isinstance(value, list):
        if value[:1] == ["set:"]:
            return {from_data(each) for each in value[1:]}
        return [from_data(each) for each in value]
    if isinstance(value, dict):
        return {key: from_data(each) for key, each in value.items()}
    return value


def to_data(value: Any) -> Any:
    """Write a value as a data file holds it.

    Args:
        value: JSON's own types, and dataclasses, enums (their value), datetimes, paths, sets (sorted), bytes
            (UTF-8), and objects with a `to_json` method, which comes before all else.

    Returns:
        The value in JSON's types; keys of mappings are text.

    Raises:
        TypeError: It holds something else.
    """
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if hasattr(value, "to_json") and not isinstance(value, type):
        return to_data(value.to_json())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_data(dataclasses.asdict(value))
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    raise TypeError(f"{value!r} has no form in a data file: give its type a to_json() method")


_WRITERS: list[tuple[tuple[type, ...], Any]] = [
    ((Enum,), lambda value: to_data(value.value)),
    ((str,), str),
    ((int,), int),
    ((float,), float),
    ((dict,), lambda value: {key_text(key): to_data(each) for key, each in value.items()}),
    ((list, tuple), lambda value: [to_data(each) for each in value]),
    ((set, frozenset), lambda value: sorted(to_data(each) for each in value)),
    ((datetime, date), lambda value: value.isoformat()),
    ((Path,), str),
    ((bytes,), bytes.decode),
]


def fit(value: Any, hint: Any) -> Any:
    """Make an enum member or dataclass of a data file's value where a parameter is annotated so.

    Args:
        value: The value.
        hint: The parameter's annotation; None for none.

    Returns:
        The enum member, the dataclass, a list or dict of such, or the value as it was.
    """
    if value is None or hint is None:
        return value
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return _fit_union(value, typing.get_args(hint))
    if _is_made(hint):
        return _make(value, hint)
    return _fit_container(value, hint)


def _fit_container(value: Any, hint: Any) -> Any:
    origin, members = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict and isinstance(value, dict):
        return {key: fit(each, members[1]) for key, each in value.items()}
    if origin is list and isinstance(value, list):
        return [fit(each, members[0]) for each in value]
    return value


def _fit_union(value: Any, members: tuple[Any, ...]) -> Any:
    """Leave a value that some member already takes; else make the first member that can be made of it."""
    for member in members:
        # For Python 3.10, list[str] is a type.
        is_class = isinstance(member, type) and typing.get_origin(member) is None
        if is_class and not _is_made(member) and isinstance(value, member):
            return value
    for member in members:
        fitted = fit(value, member)
        if fitted is not value and fitted != value:
            return fitted
        if _is_made(member) and isinstance(fitted, member):
            return fitted
    return value


def _is_made(hint: Any) -> bool:
    return isinstance(hint, type) and (issubclass(hint, Enum) or dataclasses.is_dataclass(hint))


def _make(value: Any, hint: Any) -> Any:
    if issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            return value
    if not isinstance(value, dict):
        return value
    hints = typing.get_type_hints(hint)
    return hint(**{key: fit(each, hints.get(key)) for key, each in value.items()})
