"""Every operation and fact that is installed, and every place in their arguments where text can stand."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from io import IOBase, StringIO
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import Any

import typing_extensions
from pyinfra.api import FactBase, MaskString, ShortFactBase
from pyinfra.plugins import registry

KINDS = ("operation", "fact")


@cache
def installed(kind: str) -> dict[str, Any]:
    """Give every operation or fact that is installed, by its public name."""
    found = {}
    for module_name in registry.names(f"{kind}s"):
        module = registry.module(f"{kind}s", module_name)
        for name in sorted(getattr(module, "__all__", vars(module))):
            value = getattr(module, name)
            if is_operation(value) if kind == "operation" else is_fact(value):
                found[f"{module_name}.{name}"] = value
    return found


def is_operation(value: Any) -> bool:
    return hasattr(value, "_inner")


def is_fact(value: Any) -> bool:
    if not isinstance(value, type) or not issubclass(value, FactBase | ShortFactBase):
        return False
    return not getattr(value, "abstract", False)


def function_of(kind: str, name: str) -> Any:
    """Give what takes the arguments; None for a fact that takes none."""
    if kind == "operation":
        return installed("operation")[name]._inner
    fact = installed("fact")[name]
    fact = getattr(fact, "fact", fact)
    command = getattr(fact, "command", None)
    return getattr(fact(), "command", None) if callable(command) else None


@cache
def parameters_of(kind: str, name: str) -> dict[str, inspect.Parameter]:
    """Give the parameters by name; those that take whatever else is given are left out."""
    function = function_of(kind, name)
    if function is None:
        return {}
    many = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    every = inspect.signature(function).parameters
    return {key: one for key, one in every.items() if one.kind not in many}


@cache
def hints_of(kind: str, name: str) -> dict[str, Any]:
    """Give the types of the parameters; one that can't be known counts as text."""
    function = function_of(kind, name)
    if function is None:
        return {}
    known = inspect.unwrap(function).__globals__
    return {key: type_of(parameter, known) for key, parameter in parameters_of(kind, name).items()}


def type_of(parameter: inspect.Parameter, known: dict[str, Any]) -> Any:
    if parameter.annotation is parameter.empty:
        return bool if isinstance(parameter.default, bool) else Any
    try:
        # By itself: what only a type checker imports may stand in the type of what is returned.
        alone = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
        return typing.get_type_hints(alone, known)[parameter.name]
    except NameError:
        return Any


@dataclass(frozen=True)
class Place:
    """A place where text can stand in the arguments of an operation or fact.

    Attributes:
        kind: `operation` or `fact`.
        owner: its public name.
        parameter: the parameter's name.
        number: which of the forms that the parameter's type allows.
    """

    kind: str
    owner: str
    parameter: str
    number: int = 0

    @property
    def name(self) -> tuple[str, str, str]:
        """The parameter, whatever the form."""
        return self.kind, self.owner, self.parameter

    def shaped(self, text: str) -> Any:
        """Give a value of the parameter's type that has the text in this place."""
        return fill(hints_of(self.kind, self.owner).get(self.parameter), text)[self.number]


def places(kind: str) -> Iterator[Place]:
    for owner in installed(kind):
        hints = hints_of(kind, owner)
        for name in parameters_of(kind, owner):
            for number in range(len(fill(hints.get(name), "x"))):
                yield Place(kind, owner, name, number)


def fill(hint: Any, text: str) -> list[Any]:
    """Give a value for each place that a type has for text; numbers count, for data files give them as text."""
    if hint is bool or hint is type(None):
        return []
    if hint is None or hint is Any or hint in (str, object, int, float) or isinstance(hint, typing.TypeVar):
        return [text]
    if typing.get_origin(hint) is not None:
        return fill_generic(typing.get_origin(hint), typing.get_args(hint), text)
    return fill_class(hint, text) if isinstance(hint, type) else [text]


def fill_class(hint: type, text: str) -> list[Any]:
    if issubclass(hint, Enum):
        return []
    if dataclasses.is_dataclass(hint) or typing_extensions.is_typeddict(hint):
        return fill_fields(hint, text)
    if issubclass(hint, IOBase):
        return [StringIO(text)]
    if issubclass(hint, PurePath):
        return [Path(text)]
    if issubclass(hint, dict):
        return [{text: text}]
    if issubclass(hint, list | tuple | set | frozenset):
        return [hint([text])]
    return [MaskString(text)] if issubclass(hint, MaskString) else []


def fill_fields(hint: type, text: str) -> list[Any]:
    found = []
    hints = typing.get_type_hints(hint)
    required = {key: sample(key, one) for key, one in hints.items() if is_required(hint, key)}
    for key, one in hints.items():
        found += [hint(**{**required, key: value}) for value in fill(one, text)]
    return found


def is_required(hint: Any, key: str) -> bool:
    if typing_extensions.is_typeddict(hint):
        return key in hint.__required_keys__
    [field] = (each for each in dataclasses.fields(hint) if each.name == key)
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def fill_generic(origin: Any, members: tuple[Any, ...], text: str) -> list[Any]:
    if origin in (typing.Union, types.UnionType):
        found = [value for member in members for value in fill(member, text)]
        return [value for at, value in enumerate(found) if at == 0 or value not in found[:at]]
    if origin is typing.Literal:
        return [text]
    if not isinstance(origin, type):
        return []
    if issubclass(origin, typing.Mapping):
        keys = fill(members[0], text) or [None]
        return [{key: value} for key in keys for value in fill(members[1], text) or [sample("", members[1])]]
    if issubclass(origin, typing.Iterable) and not issubclass(origin, typing.IO):
        make = origin if origin in (tuple, set, frozenset) else list
        return [make([value]) for value in fill(members[0], text)]
    return [StringIO(text)] if issubclass(origin, typing.IO) else []


SAMPLES: dict[str, Any] = {
    "atime": "2025-01-01 00:00", "begin": "BEGIN", "command": "status", "content": "x", "dest": "/work/dest",
    "device": "/dev/nothing", "directories": ["/work"], "domain": "*", "end": "END", "exclude": ["x"],
    "filename": "x", "flags": ["i"], "fs_type": "ext4", "gid": 4000, "group": "nogroup", "hostname": "fake",
    "hostnames": ["a"], "ip": "192.0.2.1", "item": "nofile", "key": "a.b", "keyid": "0xABCDEF01",
    "keyserver": "hkp://keys.invalid", "limit_type": "soft", "locale": "de_DE.UTF-8", "match": None, "mode": "644",
    "module": "dummy", "mtime": "2025-01-01 00:00", "other": "/work/other", "path": "/work/path", "pid": 4194303,
    "port": 1, "public_keys": ["ssh-ed25519 AAAA x"], "replace": "y", "service": "cron", "signal": "TERM",
    "sourcedir": "/work/sv", "suites": ["stable"], "svdir": "/work/sv", "target": "/work/target", "timezone": "UTC",
    "types": "deb", "uid": 4000, "uris": ["http://packages.invalid"], "user": "nobody", "value": "1",
}  # fmt: skip
"""Plausible values by the names of parameters; those of other names get one by their type."""


def sample(name: str, hint: Any) -> Any:
    """Give a plausible value for a parameter."""
    if name in SAMPLES:
        return SAMPLES[name]
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)[0]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return sample(name, typing.get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if hint in (bool, int, float):
        return hint(1)
    filled = fill(hint, "x")
    return filled[0] if filled else None
