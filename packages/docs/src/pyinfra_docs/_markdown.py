"""Pieces of Markdown."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import jinja2

if TYPE_CHECKING:
    from ._model import Argument, Member
    from ._pages import Documented

_WIDTH = 90

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("pyinfra_docs"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - the pages are Markdown
)
# Not that of Jinja2, which escapes for HTML.
_environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}


def render_template(template: str, /, **values: Any) -> str:
    """Render one of the templates of this package."""
    return _environment.get_template(template).render(**values)


def one_line(text: str) -> str:
    """Write a text in one line."""
    return " ".join(text.split())


def listed(arguments: Iterable[Argument], of: str = "argument") -> str:
    """Write a list of arguments: each a term, with its description below, which fits on a narrow screen.

    Args:
        arguments: the arguments.
        of: what they belong to.

    Returns:
        The Markdown; each has an anchor, `OF-NAME`.
    """
    return "\n".join(_listed(one, of) for one in arguments)


def _listed(argument: Argument, of: str) -> str:
    anchor = re.sub(r"\W+", "-", f"{of}-{argument.name.rpartition('--')[2]}")
    parts = [f"`{argument.name}`{{ #{anchor} .argument }}"]
    if argument.type:
        parts.append(f"`{one_line(argument.type)}`")
    if argument.default is not None:
        parts.append(f"default `{one_line(argument.default)}`")
    text = argument.text.strip().replace("\n", "\n    ")
    return f"{' '.join(parts)}\n\n:   {text}\n"


def count(documented: Documented) -> str:
    """Say how much a plugin has of its type, such as `2 operations`."""
    kind, number = documented.plugin.type, len(documented.members)
    if kind == "connector":
        return "a connector"
    return f"{number} {kind}{'' if number == 1 else 's'}"


def signature_of(member: Member) -> str:
    """Write an operation's name, with its arguments' types and defaults."""
    written = list(_parameters(member.arguments))
    line = f"{member.name}({', '.join(written)})"
    if len(line) <= _WIDTH:
        return line
    return f"{member.name}(\n" + "".join(f"    {part},\n" for part in written) + ")"


def use_of(member: Member) -> str:
    """Write how a fact is asked: as its example does, or with the arguments that it can't do without."""
    if member.example:
        return member.example.rstrip()
    needed = [f"{one.name}=..." for one in member.arguments if one.default is None]
    return f"host.get_fact({', '.join([member.short_name, *needed])})"


def command_of(member: Member) -> str:
    """Write the words of a command line that ask a fact, as its example does."""
    words = [member.name]
    for name, value in _asked(member):
        text = value if isinstance(value, str) else repr(value)
        words.append(shlex.quote(f"{name}={text}"))
    return " ".join(words)


def _asked(member: Member) -> Iterator[tuple[str, object]]:
    """Give the arguments with which a fact is asked in its example."""
    if not member.example:
        yield from ((one.name, "…") for one in member.arguments if one.default is None)
        return
    for call in ast.walk(ast.parse(member.example)):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("get_fact"):
            given = {one.arg: one.value for one in call.keywords if one.arg}
            names = [one.name for one in member.arguments]
            given.update(zip(names, call.args[1:], strict=False))
            yield from ((name, _value(node)) for name, node in given.items())
            return


def _value(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return "…"


def _parameters(arguments: Iterable[Argument]) -> Iterable[str]:
    starred = False
    for argument in arguments:
        if argument.keyword_only and not starred:
            yield "*"
            starred = True
        kind = f": {argument.type}" if argument.type else ""
        default = f" = {argument.default}" if kind else f"={argument.default}"
        yield f"{argument.name}{kind}{default if argument.default is not None else ''}"


_environment.globals["listed"] = listed
