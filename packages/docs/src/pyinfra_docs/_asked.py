"""Which facts an operation asks: found in its source, and in that of the functions of its plugin that it calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class FactsAsked:
    """The functions of one plugin, the facts that each asks and the functions that each names.

    Args:
        path: the plugin's folder or file.
    """

    def __init__(self, path: Path) -> None:
        self._facts: dict[str, set[str]] = {}
        self._named: dict[str, set[str]] = {}
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            self._read(ast.parse(file.read_text(encoding="utf-8"), str(file)))

    def of(self, function: str) -> list[str]:
        """Give the facts that a function asks, itself or by others.

        Args:
            function: its name.

        Returns:
            The names of their classes, sorted.
        """
        seen: set[str] = set()
        waiting = [function]
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self._named:
                seen.add(name)
                waiting += self._named[name]
        return sorted({fact for name in seen for fact in self._facts[name]})

    def _read(self, tree: ast.Module) -> None:
        renamed = {
            name.asname: name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
            if name.asname
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                facts = self._facts.setdefault(node.name, set())
                named = self._named.setdefault(node.name, set())
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call):
                        facts |= _facts_of(inner)
                    elif isinstance(inner, ast.Name):
                        named.add(renamed.get(inner.id, inner.id))


def _facts_of(call: ast.Call) -> set[str]:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "get_fact" and call.args):
        return set()
    fact = call.args[0]
    if isinstance(fact, ast.Constant) and isinstance(fact.value, str):
        return {fact.value.rpartition(".")[2]}
    name = fact.id if isinstance(fact, ast.Name) else fact.attr if isinstance(fact, ast.Attribute) else ""
    # A variable, or a class that the function was given, says nothing here.
    return {name} if name[:1].isupper() else set()
