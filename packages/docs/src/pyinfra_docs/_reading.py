"""Reading plugins' source with griffe: members, signatures, docstrings."""

from __future__ import annotations

import logging
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import griffe

from ._asked import FactsAsked
from ._errors import DocsError
from ._model import Argument, Member

if TYPE_CHECKING:
    from pathlib import Path

    from ._metadata import Plugin

# That a fact's docstring describes arguments which are its command's.
logging.getLogger("griffe").setLevel(logging.ERROR)

_FACT_BASES = {"FactBase", "ShortFactBase"}
_EXAMPLE = re.compile(r"\*\*Examples?:?\*\*:?\s*\n\s*```(?:python)?\n(?P<code>.*?)```", re.DOTALL)
_RST_CODE = re.compile(r"^\.\. code(?:-block)?:: python\n\n(?P<code>(?:^(?: {4,}.*)?\n?)+)", re.MULTILINE)
_FENCE = re.compile(r"^```.*\n?", re.MULTILINE)
_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")


def read_members(plugin: Plugin) -> list[Member]:
    """Read what a plugin offers.

    Args:
        plugin: the plugin.

    Returns:
        Its operations, facts or connector, sorted by name.

    Raises:
        DocsError: its source can't be read.
    """
    module = load_module(plugin.source, plugin.module)
    reader = _Reader(plugin, module)
    return sorted(reader.members(), key=lambda member: member.name)


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
    except (ImportError, SyntaxError, griffe.GriffeError) as error:
        raise DocsError(f"the source of {name} in {source} can't be read: {error}") from error
    loader.resolve_aliases(implicit=True, external=False)
    return found


class _Reader:
    def __init__(self, plugin: Plugin, module: Any) -> None:
        self._plugin = plugin
        self._module = module
        self._asked = FactsAsked(plugin.path)

    def members(self) -> Iterator[Member]:
        if self._plugin.type == "connector":
            yield self._connector(self._plugin.member)
            return
        for name, found in sorted(self._public()):
            if self._plugin.type == "fact" and found.is_class and _is_fact(found):
                yield self._fact(name, found)
            elif (
                self._plugin.type != "fact" and found.is_function and _decorator(found, "operation", "deploy")
            ):
                yield self._operation(name, found)

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
        return member

    def _operation(self, name: str, found: Any) -> Member:
        member = self._member(name, "operation", found)
        called = _decorator(found, "operation", "deploy")
        told = {one.name: str(one.value) for one in getattr(called, "arguments", []) if hasattr(one, "name")}
        member.idempotent = told.get("is_idempotent") != "False"
        member.notice = told.get("idempotent_notice", "").strip("'\"")
        member.arguments = _arguments(found.parameters)
        member.facts = self._asked.of(found.name)
        _describe(member, found.docstring)
        return member

    def _fact(self, name: str, found: Any) -> Member:
        member = self._member(name, "fact", found)
        shorted = _attribute(found, "fact")
        command = _attribute(found, "command")
        if shorted is not None and command is None:
            member.facts = [str(shorted.value).rpartition(".")[2]]
        elif command is not None and command.is_function:
            member.arguments = _arguments([one for one in command.parameters if one.name != "self"])
        member.returns = _value_type(found)
        requires = _attribute(found, "requires_command")
        if requires is not None:
            returned = re.search(r"return [\"']([^\"']+)[\"']", requires.source or "")
            member.requires = returned[1] if returned else ""
        bases = [base.docstring for base in found.mro()]
        _describe(member, found.docstring, getattr(command, "docstring", None), *bases)
        return member

    def _connector(self, name: str) -> Member:
        found = self._module.members.get(name)
        if found is None:
            raise DocsError(f"{self._plugin.path}: there is no {name}, which the entry point names")
        found = found.final_target if found.is_alias else found
        member = self._member(self._plugin.name, "connector", found)
        _describe(member, found.docstring)
        member.arguments = list(_data_keys(self._module))
        return member


def _is_fact(cls: Any) -> bool:
    """Tell whether a class derives from a fact's base and has what it asks."""
    chain = [cls, *cls.mro()]
    bases = {str(getattr(base, "left", base)).rpartition(".")[2] for one in chain for base in one.bases}
    if not bases & _FACT_BASES:
        return False
    abstract = cls.members.get("abstract")
    asks = _attribute(cls, "command") is not None or _attribute(cls, "fact") is not None
    return asks and not (abstract is not None and str(abstract.value) == "True")


def _attribute(cls: Any, name: str) -> Any:
    for one in (cls, *cls.mro()):
        found = one.members.get(name)
        if found is not None and not (found.is_attribute and found.value is None):
            return found
    return None


def _value_type(cls: Any) -> str:
    for one in (cls, *cls.mro()):
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


def _data_keys(module: Any) -> Iterator[Argument]:
    """Give the keys of a connector's data: those of the mapping `connector_data_meta`, wherever it stands."""
    for one in _modules(module):
        found = one.members.get("connector_data_meta")
        if found is None or found.is_alias or found.value is None:
            continue
        for key, value in zip(
            getattr(found.value, "keys", []), getattr(found.value, "values", []), strict=False
        ):
            said = [str(argument) for argument in getattr(value, "arguments", [])]
            default = said[1] if len(said) > 1 else None
            yield Argument(str(key).strip("'\""), "", default, said[0].strip("'\"") if said else "")


def _modules(module: Any) -> Iterator[Any]:
    yield module
    for one in getattr(module, "modules", {}).values():
        if not one.is_alias:
            yield from _modules(one)


def _describe(member: Member, docstring: Any, *others: Any) -> None:
    """Take apart a docstring in Google style; arguments may be described in others."""
    texts: list[str] = []
    for section in docstring.parsed if docstring is not None else ():
        _take(member, section, texts)
    for other in others:
        for section in other.parsed if other is not None else ():
            _take(member, section, [])
    text = _ROLE.sub(r"`\1`", _RST_CODE.sub(_fenced, "\n\n".join(texts)))
    found = _EXAMPLE.search(text)
    if found:
        member.example = found["code"]
        text = text[: found.start()] + text[found.end() :]
    summary, _, rest = text.strip().partition("\n\n")
    member.summary, member.text = " ".join(summary.split()), rest.strip()


def _take(member: Member, section: Any, texts: list[str]) -> None:
    kind, value = section.kind.value, section.value
    if kind == "text":
        texts.append(value)
    elif kind in ("parameters", "other parameters"):
        described = {argument.name: argument for argument in member.arguments}
        for one in value:
            if one.name in described and not described[one.name].text:
                described[one.name].text = one.description
    elif kind == "raises":
        member.raises += [(str(one.annotation), one.description) for one in value]
    elif kind == "returns":
        texts.append("Returns: " + " ".join(one.description for one in value))
    elif kind == "examples" and not member.example:
        member.example = "\n".join(str(text) for _, text in value)
    elif kind == "admonition" and value.kind in ("example", "examples") and not member.example:
        member.example = _FENCE.sub("", value.contents).strip() + "\n"


def _fenced(match: re.Match[str]) -> str:
    return f"```python\n{textwrap.dedent(match['code']).strip()}\n```\n"
