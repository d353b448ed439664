"""Reading plugins' source with griffe: members, signatures, docstrings."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import griffe

from ._docstrings import describe
from ._errors import DocsError
from ._files import parse
from ._model import Argument, Member
from ._values import fields_of, literal, mro_of, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from ._metadata import Plugin

# That a fact's docstring describes arguments which are its command's.
logging.getLogger("griffe").setLevel(logging.ERROR)

_FACT_BASES = {"FactBase", "ShortFactBase"}


def read_members(plugin: Plugin) -> list[Member]:
    """Read what a plugin offers.

    Args:
        plugin: the plugin.

    Returns:
        Its operations, facts, connector or hooks, sorted by name.

    Raises:
        DocsError: its source can't be read.
    """
    # griffe leaves out, without a word, what it can't read.
    for file in sorted(plugin.path.rglob("*.py")) if plugin.path.is_dir() else [plugin.path]:
        parse(file)
    module = load_module(plugin.source, plugin.module)
    reader = _Reader(plugin, module)
    return sorted(reader.members(), key=lambda member: member.name)


def about(plugin: Plugin) -> str:
    """Give the first sentence of a module's docstring; empty for a connector, which tells of itself."""
    file = plugin.path / "__init__.py" if plugin.path.is_dir() else plugin.path
    if plugin.type == "connector" or not file.is_file():
        return ""
    return " ".join((ast.get_docstring(parse(file)) or "").partition("\n\n")[0].split())


def load_module(source: Path, name: str) -> Any:
    """Read a module's source, and that of all below it.

    Args:
        source: the folder that its name starts from.
        name: its dotted name.

    Returns:
        The module, as griffe has it.

    Raises:
        DocsError: there is none, or it is no Python.
    """
    loader = griffe.GriffeLoader(search_paths=[source], docstring_parser="google", allow_inspection=False)
    try:
        found = loader.load(name, try_relative_path=False)
    except (ImportError, SyntaxError, KeyError, griffe.GriffeError) as error:
        raise DocsError(f"the source of {name} in {source} can't be read: {error}") from error
    loader.resolve_aliases(implicit=True, external=False)
    return found


class _Reader:
    def __init__(self, plugin: Plugin, module: Any) -> None:
        self._plugin = plugin
        self._module = module

    def members(self) -> Iterator[Member]:
        if self._plugin.type == "connector":
            yield self._connector(self._plugin.member)
            return
        if self._plugin.type == "hook":
            yield from self._hooks()
            return
        for name, found in sorted(self._public()):
            if self._plugin.type == "fact" and found.is_class and _is_fact(found):
                yield self._fact(name, found)
            elif (
                self._plugin.type != "fact" and found.is_function and _decorator(found, "operation", "deploy")
            ):
                yield self._operation(name, found)

    def _hooks(self) -> Iterator[Member]:
        """Give what a module, or a class in it, implements of the hooks."""
        holder = self._module
        for name in filter(None, self._plugin.member.split(".")):
            found = resolved(holder.members.get(name))
            if found is None:
                raise DocsError(f"{self._plugin.path}: there is no {name}, which the entry point names")
            holder = found
        for name, found in sorted(holder.members.items()):
            function = resolved(found) if name.startswith("pyinfra_") else None
            if function is not None and function.is_function and _decorator(function, "hookimpl"):
                member = self._member(name, "hook", function)
                describe(member, function.docstring)
                yield member

    def _public(self) -> Iterator[tuple[str, Any]]:
        names = self._module.exports
        chosen = [str(name) for name in names] if names is not None else list(self._module.members)
        for name in chosen:
            found = self._module.members.get(name)
            if found is None or (names is None and (name.startswith("_") or found.is_alias)):
                continue
            if found.is_alias:
                try:
                    found = found.final_target
                except griffe.AliasResolutionError:
                    continue
            yield name, found

    def _member(self, name: str, kind: str, found: Any) -> Member:
        member = Member(f"{self._plugin.name}.{name}" if kind != "connector" else name, kind, "")
        member.file = str(found.filepath.relative_to(self._plugin.project.folder.parent))
        if found.filepath.is_relative_to(self._plugin.project.folder):
            member.file = str(found.filepath.relative_to(self._plugin.project.folder))
        member.line = found.lineno or 1
        member.origin = (str(found.module.path), str(found.name))
        return member

    def _operation(self, name: str, found: Any) -> Member:
        member = self._member(name, "operation", found)
        called = _decorator(found, "operation", "deploy")
        told = {one.name: str(one.value) for one in getattr(called, "arguments", []) if hasattr(one, "name")}
        member.idempotent = told.get("is_idempotent") != "False"
        member.notice = told.get("idempotent_notice", "").strip("'\"")
        member.arguments = _arguments(found.parameters)
        describe(member, found.docstring)
        return member

    def _fact(self, name: str, found: Any) -> Member:
        member = self._member(name, "fact", found)
        viewed = _attribute(found, "fact")
        asked = found
        if viewed is not None and _attribute(found, "command") is None:
            member.facts = [str(getattr(viewed.value, "canonical_path", viewed.value))]
            asked = resolved(viewed.parent.module.members.get(str(viewed.value))) or found
        command = _attribute(asked, "command")
        if command is not None and command.is_function:
            member.arguments = _arguments([one for one in command.parameters if one.name != "self"])
        member.returns = _value_type(found)
        member.requires = _tool(asked)
        member.fields = list(fields_of(found, member.returns))
        others = [asked, *mro_of(found), *mro_of(asked)]
        describe(
            member, found.docstring, getattr(command, "docstring", None), *(one.docstring for one in others)
        )
        return member

    def _connector(self, name: str) -> Member:
        found = self._module.members.get(name)
        if found is None:
            raise DocsError(f"{self._plugin.path}: there is no {name}, which the entry point names")
        found = found.final_target if found.is_alias else found
        member = self._member(self._plugin.name, "connector", found)
        describe(member, found.docstring)
        member.arguments = list(_data_keys(found))
        return member


def _is_fact(cls: Any) -> bool:
    """Tell whether a class derives from a fact's base and has what it asks."""
    chain = [cls, *mro_of(cls)]
    bases = {str(getattr(base, "left", base)).rpartition(".")[2] for one in chain for base in one.bases}
    if not bases & _FACT_BASES:
        return False
    abstract = cls.members.get("abstract")
    asks = _attribute(cls, "command") is not None or _attribute(cls, "fact") is not None
    return asks and not (abstract is not None and str(abstract.value) == "True")


def _attribute(cls: Any, name: str) -> Any:
    for one in (cls, *mro_of(cls)):
        found = one.members.get(name)
        if found is not None and not (found.is_attribute and found.value is None):
            return found
    return None


def _value_type(cls: Any) -> str:
    for one in (cls, *mro_of(cls)):
        for base in one.bases:
            if str(getattr(base, "left", "")).rpartition(".")[2] in _FACT_BASES:
                return str(base.slice).strip("'\"")
    return ""


def _decorator(function: Any, *names: str) -> Any:
    for decorator in function.decorators:
        called = getattr(decorator.value, "function", decorator.value)
        if str(called).rpartition(".")[2] in names:
            return decorator.value
    return None


def _arguments(parameters: Any) -> list[Argument]:
    return [
        Argument(
            one.name,
            str(one.annotation or "").strip("'\""),
            None if one.default is None else str(one.default),
            "",
            keyword_only=one.kind is griffe.ParameterKind.keyword_only,
        )
        for one in parameters
        if one.kind not in (griffe.ParameterKind.var_positional, griffe.ParameterKind.var_keyword)
    ]


def _data_keys(connector: Any) -> Iterator[Argument]:
    """Give the keys of host data that a connector reads: those of its `data_meta`."""
    found = connector.members.get("data_meta")
    value = getattr(found, "value", None)
    if isinstance(value, griffe.ExprName):
        named = resolved(connector.module.members.get(value.name))
        value = getattr(named, "value", None)
    for key, meta in zip(getattr(value, "keys", []), getattr(value, "values", []), strict=False):
        said = list(getattr(meta, "arguments", []))
        given = {one.name: one.value for one in said if isinstance(one, griffe.ExprKeyword)}
        placed = [one for one in said if not isinstance(one, griffe.ExprKeyword)]
        text = placed[0] if placed else given.get("description", "")
        default = placed[1] if len(placed) > 1 else given.get("default")
        yield Argument(literal(key), "", None if default is None else str(default), literal(text))


def _tool(cls: Any) -> str:
    """Give the tool that a fact needs, as text; empty where it is none, or depends on its arguments."""
    requires = _attribute(cls, "requires_command")
    if requires is None or not requires.is_function:
        return literal(requires.value) if requires is not None else ""
    returned = re.search(
        r"^ *return (?:[\"']([^\"']+)[\"']|self\.(\w+))$", requires.source or "", re.MULTILINE
    )
    if returned is None:
        return "depends on its arguments"
    if returned[1]:
        return returned[1]
    named = _attribute(cls, returned[2])
    return literal(named.value) if named is not None else "depends on its arguments"
