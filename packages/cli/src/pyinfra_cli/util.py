"""Values of the command line, JSON, and files that are Python."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

from pyinfra.api.exceptions import PyinfraError

from .exceptions import CliError, WrappedError

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER = re.compile(r"-?(0|[1-9]\d*)")
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def json_encode(obj: Any) -> Any:
    """Make something plain of what JSON does not know; for `json.dumps(default=…)`.

    Args:
        obj: a host, fact value, operation result, set, date, path, …

    Returns:
        A value that JSON knows.
    """
    if hasattr(obj, "to_json"):
        return obj.to_json()
    if isinstance(obj, set | frozenset):
        return sorted(obj, key=str)
    if isinstance(obj, datetime | date):
        return obj.isoformat()
    if isinstance(obj, Enum):
        return obj.value
    if isinstance(obj, bytes):
        return obj.decode("utf-8", "backslashreplace")
    if callable(obj):
        return getattr(obj, "__name__", str(obj))
    if hasattr(obj, "__dataclass_fields__"):
        return {name: getattr(obj, name) for name in obj.__dataclass_fields__}
    return str(obj)


def plain(value: Any) -> Any:
    """Give a value with every key of its mappings a str, since JSON knows no others."""
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _key(key: Any) -> str:
    if isinstance(key, Enum):
        key = key.value
    return key if isinstance(key, str) else str(key)


def to_json(value: Any) -> str:
    """Write a value as JSON for people and programs."""
    return json.dumps(plain(value), indent=4, default=json_encode)


def parse_value(text: str, hint: Any = None) -> Any:
    """Read a value given on the command line.

    Args:
        text: `true`, `false`, `none`, a whole number, JSON lists and mappings; anything else is a str.
        hint: the parameter's type hint: a parameter that takes str and no number gets the text as it is.

    Returns:
        The value.
    """
    takes = {hint, *get_args(hint)}
    only_text = str in takes and not takes & {int, float, bool}
    if text.lower() in _WORDS and not (only_text and text.lower() in ("true", "false")):
        return _WORDS[text.lower()]
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    if not only_text and _NUMBER.fullmatch(text):
        return int(text)
    return text


def split_keyword(text: str) -> tuple[str, str] | None:
    """Split `key=value`; None for what is no keyword argument."""
    key, sign, value = text.partition("=")
    return (key, value) if sign and key.isidentifier() else None


def exec_file(path: Path, what: str) -> dict[str, Any]:
    """Run a Python file of the user's.

    Args:
        path: the file.
        what: what it is, for the message.

    Returns:
        The names that it set.

    Raises:
        CliError: it can't be read, is no Python, or raised; says where.
    """
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except OSError as error:
        raise CliError(f"{what} {path}: {error.strerror}") from error
    except SyntaxError as error:
        raise CliError(f"{what} {error.filename}:{error.lineno}: {error.msg}") from error
    except ValueError as error:
        raise CliError(f"{what} {path}: {error}") from error
    names: dict[str, Any] = {"__name__": "pyinfra_file", "__file__": str(path)}
    try:
        exec(code, names)  # noqa: S102 - the user's own file
    except PyinfraError as error:
        raise WrappedError(f"{what} {_line(error, path)}: {error}") from error
    except Exception as error:
        raise WrappedError(f"{what} {_line(error, path)}: {type(error).__name__}: {error}") from error
    return {name: value for name, value in names.items() if not name.startswith("__")}


def _line(error: BaseException, path: Path) -> str:
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return f"{path}:{lines[-1]}" if lines else str(path)
