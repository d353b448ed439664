"""Which facts an operation asks: found in its source, and in that of whatever it names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._files import parse

if TYPE_CHECKING:
    from pathlib import Path

# A module and a name in it; an empty name is the module itself.
_Place = tuple[str, str]


@dataclass
class _Source:
    """A module's source: what it defines, and what it imports under which name."""

    defined: dict[str, list[ast.AST]] = field(default_factory=dict)
    imported: dict[str, _Place] = field(default_factory=dict)


class FactsAsked:
    """Finds the facts that functions ask.

    Args:
        folders: where modules' names start from.
        facts: the public name of each known fact, by its module and class.
    """

    def __init__(self, folders: Iterable[Path], facts: Mapping[_Place, str]) -> None:
        self._folders = list(dict.fromkeys(folders))
        self._facts = facts
        self._by_name = {name.rpartition(".")[2]: name for name in facts.values()}
        self._sources: dict[str, _Source | None] = {}
        self._told: dict[_Place, tuple[set[_Place], set[str]]] = {}

    def of(self, module: str, function: str) -> list[str]:
        """Give the facts that a function asks, itself or by others.

        Args:
            module: the dotted name of its module.
            function: its name.

        Returns:
            Their public names, such as `files.File`, sorted.
        """
        facts: set[str] = set()
        seen: set[_Place] = set()
        waiting: list[_Place] = [(module, function)]
        while waiting:
            place = waiting.pop()
            if place in self._facts:
                facts.add(self._facts[place])
            elif place not in seen:
                seen.add(place)
                named, asked = self._tell(place)
                waiting += named
                facts |= asked
        return sorted(facts)

    def of_fact(self, module: str, cls: str) -> list[str]:
        """Give the facts that a fact asks to know its own command.

        Args:
            module: the dotted name of its module.
            cls: the name of its class.

        Returns:
            Their public names, sorted.
        """
        facts: set[str] = set()
        waiting: list[_Place] = [(module, cls)]
        seen: set[_Place] = set()
        while waiting:
            place = waiting.pop()
            source = self._source(place[0]) if place not in seen and not _is_of_core(place[0]) else None
            seen.add(place)
            for node in source.defined.get(place[1], []) if source is not None else ():
                bases = [self._resolve(place[0], one, {}) for one in getattr(node, "bases", ())]
                waiting += [one for one in bases if one is not None]
                waiting += [one for one in self._named(place[0], node) if one not in self._facts]
                facts.update(self._asked(place[0], node))
        return sorted(facts)

    def _tell(self, place: _Place) -> tuple[set[_Place], set[str]]:
        """Give what a function, class or constant names, and the facts that it asks without naming their class."""
        if place not in self._told:
            self._told[place] = set(), set()
            module, name = place
            source = None if _is_of_core(module) else self._source(module)
            for node in source.defined.get(name, []) if source is not None else ():
                self._told[place][0].update(self._named(module, node))
                self._told[place][1].update(self._asked(module, node))
        return self._told[place]

    def _named(self, module: str, node: ast.AST) -> Iterator[_Place]:
        own: dict[str, _Place | None] = {one.arg: None for one in ast.walk(node) if isinstance(one, ast.arg)}
        for one in ast.walk(node):
            if isinstance(one, (ast.Assign, ast.AnnAssign)) and isinstance(one.value, ast.Call):
                # A module that a function imports under a name of its own.
                place = self._resolve(module, one.value, own)
                own.update(dict.fromkeys(_targets(one), place) if place is not None else {})
        for one in ast.walk(node):
            if isinstance(one, (ast.Name, ast.Attribute)):
                place = self._resolve(module, one, own)
                if place is not None and place[1]:
                    yield place

    def _asked(self, module: str, node: ast.AST) -> Iterator[str]:
        """Give the facts that are asked by their class, or by a text."""
        for call in ast.walk(node):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
                continue
            if call.func.attr == "get_fact":
                fact = call.args[0]
                if isinstance(fact, ast.Constant) and isinstance(fact.value, str):
                    yield self._by_name.get(fact.value, fact.value)
                    continue
                place = self._resolve(module, fact, {})
                if place is not None and place in self._facts:
                    yield self._facts[place]
                elif place is not None and _is_public_class(*place):
                    yield f"{place[0].rpartition('.')[2]}.{place[1]}"

    def _resolve(self, module: str, node: ast.AST, own: Mapping[str, _Place | None]) -> _Place | None:
        """Find what an expression names, through imports; a function's own names stand in `own`."""
        if isinstance(node, ast.Name):
            return own[node.id] if node.id in own else self._follow(module, node.id)
        if isinstance(node, ast.Attribute):
            base = self._resolve(module, node.value, own)
            return self._follow(base[0], node.attr) if base is not None and not base[1] else None
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            name = node.args[0] if node.args else None
            return (
                (name.value, "") if isinstance(name, ast.Constant) and isinstance(name.value, str) else None
            )
        return None

    def _follow(self, module: str, name: str) -> _Place | None:
        seen: set[_Place] = set()
        while (module, name) not in seen:
            seen.add((module, name))
            source = self._source(module)
            if source is not None and name in source.defined:
                return module, name
            if source is not None and name in source.imported:
                module, name = source.imported[name]
                if not name:
                    return module, ""
            elif self._source(f"{module}.{name}") is not None:
                return f"{module}.{name}", ""
            elif source is not None:
                return None
        return module, name

    def _source(self, module: str) -> _Source | None:
        if module not in self._sources:
            self._sources[module] = self._read(module)
        return self._sources[module]

    def _read(self, module: str) -> _Source | None:
        for folder in self._folders:
            base = folder.joinpath(*module.split("."))
            for file, package in (
                (base / "__init__.py", module),
                (base.with_suffix(".py"), module.rpartition(".")[0]),
            ):
                if file.is_file():
                    return _read_source(parse(file), package)
        return None


def _is_of_core(module: str) -> bool:
    """Tell whether a module is pyinfra itself, which does things by itself that are no part of an operation."""
    return module.partition(".")[0] == "pyinfra" and not module.startswith(
        ("pyinfra.operations.", "pyinfra.facts.")
    )


def _is_public_class(module: str, name: str) -> bool:
    return name[:1].isupper() and not module.rpartition(".")[2].startswith("_")


def _read_source(tree: ast.Module, package: str) -> _Source:
    source = _Source()
    for node in tree.body:
        for name in _targets(node):
            source.defined.setdefault(name, []).append(node)
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - one.level + 1] if one.level else []
            origin = ".".join([*above, *([one.module] if one.module else [])])
            for alias in one.names:
                source.imported.setdefault(alias.asname or alias.name, (origin, alias.name))
        elif isinstance(one, ast.Import):
            for alias in one.names:
                if alias.asname or "." not in alias.name:
                    source.imported.setdefault(alias.asname or alias.name, (alias.name, ""))
    return source


def _targets(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (one.id for one in node.targets if isinstance(one, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id
