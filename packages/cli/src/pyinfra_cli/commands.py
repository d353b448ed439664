"""What the command line asks for: deploy files, an operation, a command, facts."""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_type_hints

from pyinfra.api.exceptions import PluginError
from pyinfra.api.facts import FactBase, ShortFactBase
from pyinfra.plugins import registry

from .exceptions import CliError
from .util import parse_value, split_keyword

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_FACT = re.compile(r"([A-Za-z_]\w*\.)+[A-Z]\w*")


@dataclass
class FactCall:
    """A fact to ask, with its arguments."""

    cls: type[Any]
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The fact and its arguments, for output."""
        shown = [*map(str, self.args), *(f"{key}={value}" for key, value in self.kwargs.items())]
        return f"{self.cls.name} ({', '.join(shown)})" if shown else str(self.cls.name)


@dataclass
class Work:
    """What to do.

    Attributes:
        kind: `files`, `operation`, `exec`, `facts` or `debug-inventory`.
        files: deploy files.
        operation: an operation or a function that calls some, with its arguments.
        command: a command line for `exec`.
        facts: facts.
    """

    kind: str
    files: list[str] = field(default_factory=list)
    operation: Callable[..., Any] | None = None
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    facts: list[FactCall] = field(default_factory=list)


def read_work(words: Sequence[str]) -> Work:
    """Read what stands behind the inventory.

    Args:
        words: the words.

    Returns:
        What to do.

    Raises:
        CliError: it names what is not there; says what to do.
    """
    first = words[0]
    if first == "debug-inventory":
        return Work("debug-inventory")
    if first == "exec":
        if len(words) == 1:
            raise CliError("exec needs a command: pyinfra INVENTORY exec -- COMMAND")
        return Work("exec", command=list(words[1:]))
    if first == "fact":
        return Work("facts", facts=_read_facts(words[1:]))
    if all(word.endswith(".py") for word in words):
        return Work("files", files=_existing(words))
    if first.endswith(".py"):
        other = next(word for word in words if not word.endswith(".py"))
        raise CliError(f"{other} is no deploy file: several files may be given, and nothing else beside them")
    if _DOTTED.fullmatch(first):
        return _read_operation(first, words[1:])
    near = difflib.get_close_matches(first, ["exec", "fact", "debug-inventory"], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CliError(
        f"{first} is no deploy file (they end in .py), no operation (module.operation) and no command{hint}"
    )


def _existing(words: Sequence[str]) -> list[str]:
    for word in words:
        if not Path(word).is_file():
            raise CliError(f"deploy file {word}: no such file")
    return list(words)


def _read_operation(name: str, words: Sequence[str]) -> Work:
    found = find_named("operations", name)
    if not callable(found) or isinstance(found, type):
        raise CliError(
            f"{name} is no operation and no deploy: it is a {type(found).__name__}, not a function"
        )
    args, kwargs = _read_arguments(words, getattr(found, "_inner", found))
    return Work("operation", operation=found, args=args, kwargs=kwargs)


def _read_facts(words: Sequence[str]) -> list[FactCall]:
    if not words:
        raise CliError("fact needs the name of one: pyinfra INVENTORY fact server.Os")
    calls: list[tuple[type[Any], list[str]]] = []
    for word in words:
        if _FACT.fullmatch(word) or not calls:
            calls.append((_find_fact(word), []))
        else:
            calls[-1][1].append(word)
    made = []
    for cls, arguments in calls:
        base = cls.fact if issubclass(cls, ShortFactBase) else cls
        made.append(FactCall(cls, *_read_arguments(arguments, getattr(base, "command", None))))
    return made


def _find_fact(name: str) -> type[Any]:
    found = find_named("facts", name) if "." in name else _bare_fact(name)
    if not _is_kind("facts", found):
        raise CliError(f"{name} is no fact, which derives from FactBase{_whose(name)}")
    return cast("type[Any]", found)


def _whose(name: str) -> str:
    """Say which package a fact's module is of, and which facts it has."""
    module_name = name.rpartition(".")[0]
    plugin = registry.find("facts", module_name)
    if plugin is None:
        return ""
    from .plugins import members

    known = ", ".join(members("facts", _module("facts", module_name))) or "none"
    return f"; {plugin.distribution} {plugin.version} has {known} in {module_name}"


def _bare_fact(name: str) -> Any:
    from pyinfra.plugins import find_fact

    try:
        return find_fact(name)
    except PluginError as error:
        raise CliError(str(error)) from error


def find_named(kind: str, name: str) -> Any:
    """Give what a dotted name stands for: below `pyinfra.KIND`, or by the full path of any module."""
    module_name, _, attribute = name.rpartition(".")
    module = _module(kind, module_name)
    found = getattr(module, attribute, None)
    if found is None:
        known = [
            known
            for known in dir(module)
            if not known.startswith("_") and _is_kind(kind, getattr(module, known))
        ]
        near = difflib.get_close_matches(attribute, known, n=1)
        hint = f"; did you mean {module_name}.{near[0]}?" if near else ""
        raise CliError(f"{module_name} has no {kind.removesuffix('s')} {attribute!r}{hint}")
    return found


def _is_kind(kind: str, value: Any) -> bool:
    if kind == "operations":
        return hasattr(value, "_inner")
    return isinstance(value, type) and issubclass(value, FactBase | ShortFactBase)


def _module(kind: str, name: str) -> Any:
    try:
        return registry.module(kind, name)
    except PluginError as error:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name == name.partition(".")[0]:
                raise CliError(str(error)) from error
            if missing.name is not None and f"{name}.".startswith(f"{missing.name}."):
                raise CliError(f"there is no module {missing.name}") from missing
            raise CliError(f"{name} can't be imported: {missing}") from missing
        except Exception as broken:
            raise CliError(f"{name} can't be imported: {type(broken).__name__}: {broken}") from broken


def _read_arguments(words: Sequence[str], target: Any) -> tuple[list[Any], dict[str, Any]]:
    try:
        hints = get_type_hints(target) if callable(target) else {}
    except Exception:
        hints = {}
    code = getattr(target, "__code__", None)
    names = [name for name in code.co_varnames[: code.co_argcount] if name != "self"] if code else []
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for word in words:
        keyword = split_keyword(word)
        if keyword is not None:
            kwargs[keyword[0]] = (
                keyword[1] if keyword[0] == "name" else parse_value(keyword[1], hints.get(keyword[0]))
            )
        else:
            hint = hints.get(names[len(args)]) if len(args) < len(names) else None
            args.append(parse_value(word, hint))
    return args, kwargs
