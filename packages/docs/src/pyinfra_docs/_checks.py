"""What must be documented before there is a site."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ._errors import DocsError

if TYPE_CHECKING:
    from pathlib import Path

    from ._model import Argument, Member
    from ._pages import Documented


def check(documented: Iterable[Documented]) -> None:
    """Refuse public things that nobody has described.

    Args:
        documented: the plugins and their members.

    Raises:
        DocsError: lists each, with file and line.
    """
    problems = [
        f"{plugin.plugin.project.folder / member.file}:{member.line}: {member.name}: {problem}"
        for plugin in documented
        for member in plugin.members
        for problem in _problems(member)
    ]
    if problems:
        raise DocsError("these are not documented:\n" + "\n".join(problems))


def check_reference(described: Mapping[Path, Iterable[Argument]]) -> None:
    """Refuse what the reference of pyinfra itself would list without a word.

    Args:
        described: what is read from each file or folder.

    Raises:
        DocsError: lists each.
    """
    problems = [
        f"{place}: {one.name} is not described"
        for place, those in described.items()
        for one in those
        if not one.text.strip()
    ]
    if problems:
        raise DocsError("these are not documented:\n" + "\n".join(problems))


def _problems(member: Member) -> Iterator[str]:
    if not member.summary:
        yield "it has no docstring"
        return
    for argument in member.arguments:
        if not argument.text:
            yield f"the argument {argument.name} is not described (in the docstring's section Args)"
    for name, keys in member.fields:
        for key in keys:
            if not key.text:
                yield f"{key.name} of {name} is not described (in the section Attributes of {name})"
    if member.example:
        yield from _problems_of_example(member)
    elif member.kind == "operation":
        yield "it has no example (a ```python block below **Example:**)"


def _problems_of_example(member: Member) -> Iterator[str]:
    try:
        tree = ast.parse(member.example)
    except SyntaxError as error:
        yield f"its example is no Python: {error.msg}"
        return
    if member.kind != "operation":
        return
    called = (one.func for one in ast.walk(tree) if isinstance(one, ast.Call))
    if not any(ast.unparse(one).rpartition(".")[2] == member.short_name for one in called):
        yield f"its example does not call {member.short_name}"
