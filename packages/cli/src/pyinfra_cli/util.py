"""Values of the command line, JSON, and files that are Python."""

from __future__ import annotations

import ast
import json
import re
import sys
import traceback
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pyinfra
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.hiddenvalue import MASK, mask, remember_secret

from .exceptions import CliError, WrappedError

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_BOOLS = {"true": True, "false": False}
# Data of connections and of those who gain privileges: `ssh_password`, `ssh_key_password`, `_sudo_password`, …
_SECRET_KEY = re.compile(r"(_|ssh_|winrm_)\w*?(password|passphrase)")


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
    """Give a value with every key of its mappings a str, since JSON knows no others, and its secrets masked.

    They are masked before they are written as JSON: quoted for a shell and then for JSON, none would be found.
    """
    if isinstance(value, Mapping):
        return {mask(_key(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return mask(value) if isinstance(value, str) and not isinstance(value, Enum) else value


def _key(key: Any) -> str:
    if isinstance(key, Enum):
        key = key.value
    return key if isinstance(key, str) else str(key)


def to_json(value: Any) -> str:
    """Write a value as JSON for people and programs."""
    return json.dumps(plain(value), indent=4, default=lambda unknown: plain(json_encode(unknown)))


def parse_value(text: str, hint: Any = None) -> Any:
    """Read a value given on the command line.

    Args:
        text: `true`, `false`, `null`, a number, a text in double quotes (which keeps it one), or a list or mapping as
            JSON or Python write them; anything else is a str.
        hint: the parameter's type hint: one that takes a str and no number gets `12` and `true` as they are, and one
            that takes nothing but a str any text but `null`.

    Returns:
        The value.
    """
    takes = _takes(hint)
    for_text = str in takes and not takes & {int, float, bool, Any}
    if text in ("null", "None"):
        return None
    if text.lower() in _BOOLS:
        return text if for_text else _BOOLS[text.lower()]
    if _NUMBER.fullmatch(text):
        return text if for_text else float(text) if "." in text else int(text)
    if for_text and takes <= {str, type(None)}:
        return text
    return _literal(text)


def _takes(hint: Any) -> set[Any]:
    """The classes that a type hint names, those within lists and mappings too."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is None:
        return {hint}
    own = set() if origin in (Union, types.UnionType) else {origin}
    return own.union(*(_takes(arg) for arg in args))


def _literal(text: str) -> Any:
    if text[:1] not in ("[", "{", '"'):
        return text
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return value if isinstance(value, list | dict | str) else text
    return text


def remember_secrets(data: Mapping[str, Any]) -> None:
    """Have what data holds under the names of passwords masked wherever it would be shown."""
    for key, value in data.items():
        if _SECRET_KEY.fullmatch(key) and isinstance(value, str):
            remember_secret(value)


def shown_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give data to be shown, without its passwords."""
    return {
        key: MASK if value and isinstance(value, str) and _SECRET_KEY.fullmatch(key) else value
        for key, value in data.items()
    }


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


def user_place(error: BaseException) -> tuple[str, int] | None:
    """Give the file and line of users' code that an error comes from; None where there is none.

    Args:
        error: an error that was raised.

    Returns:
        The innermost place that is neither pyinfra's own nor in an installed library.
    """
    ours = (*pyinfra.__path__, str(Path(__file__).parent), "<")
    libraries = ("site-packages", "dist-packages")
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if not frame.filename.startswith((*ours, sys.base_prefix)) and not set(libraries) & set(path.parts):
            found = (frame.filename, frame.lineno or 0)
    return found
