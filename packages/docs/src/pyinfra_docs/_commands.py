"""The command line of pyinfra, read from its source."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._files import parse
from ._model import Argument

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Command:
    """A command: its name (empty for `pyinfra` itself), what it is for, its arguments and options."""

    name: str
    text: str
    arguments: list[str] = field(default_factory=list)
    options: list[Argument] = field(default_factory=list)

    @property
    def usage(self) -> str:
        """How it is called, without `pyinfra`."""
        return " ".join([*self.name.split(), "[OPTIONS]" if self.options else "", *self.arguments]).replace(
            "  ", " "
        )


def commands(folder: Path) -> Iterator[Command]:
    """Read the commands of a package that uses click.

    Args:
        folder: the package.

    Yields:
        Each command, the one without a name first, then by name; those in a folder are subcommands of it.
    """
    found: list[Command] = []
    for file in sorted(folder.rglob("*.py")):
        parent = file.parent.name if file.parent != folder else ""
        found += _commands(parse(file), parent, _shared_options(file.parent))
    yield from sorted(found, key=lambda command: command.name)


def _shared_options(folder: Path) -> dict[str, list[Argument]]:
    """Give the options of each list of them, by the list's name in lower case."""
    return {
        ast.unparse(target).lower(): [_option(call) for call in node.value.elts if isinstance(call, ast.Call)]
        for file in sorted(folder.glob("*.py"))
        for node in parse(file).body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.List)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if any("click.option" in ast.unparse(one) for one in node.value.elts)
    }


def _commands(tree: ast.Module, parent: str, shared: Mapping[str, list[Argument]]) -> Iterator[Command]:
    for node in tree.body:
        made = [one for one in getattr(node, "decorator_list", ()) if _makes_command(one)]
        if not (isinstance(node, ast.FunctionDef) and made):
            continue
        command = Command(_name(node.name, made[0], parent), _text(tree, node, made[0]))
        for one in node.decorator_list:
            called = ast.unparse(one.func if isinstance(one, ast.Call) else one)
            if called == "click.option" and isinstance(one, ast.Call):
                command.options.append(_option(one))
            elif called == "click.argument" and isinstance(one, ast.Call):
                command.arguments.append(_argument(one))
            else:
                command.options += shared.get(called.removeprefix("_with_"), [])
        yield command


def _makes_command(decorator: ast.expr) -> bool:
    called = ast.unparse(decorator.func) if isinstance(decorator, ast.Call) else ast.unparse(decorator)
    return bool(re.search(r"\.(command|group)$", called))


def _name(function: str, decorator: ast.expr, parent: str) -> str:
    given = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
    own = str(given.value) if isinstance(given, ast.Constant) else function
    if own == "cli":
        return ""
    return own if own == parent or not parent else f"{parent} {own}"


def _text(tree: ast.Module, node: ast.FunctionDef, decorator: ast.expr) -> str:
    """Give a command's help: that which the decorator names, or its docstring."""
    given = {one.arg: one.value for one in decorator.keywords} if isinstance(decorator, ast.Call) else {}
    named = given.get("help")
    if isinstance(named, ast.Name):
        for one in tree.body:
            if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == named.id:
                text = str(ast.literal_eval(one.value)).replace("\b\n", "")
                first, _, rest = text.strip().partition("\n\n")
                return f"{first}\n\n```text\n{rest}\n```"
    return inspect.cleandoc(ast.get_docstring(node) or "")


def _argument(call: ast.Call) -> str:
    told = {one.arg: ast.unparse(one.value) for one in call.keywords}
    name = str(getattr(call.args[0], "value", "")).upper()
    name += "..." if told.get("nargs") == "-1" else ""
    return f"[{name}]" if told.get("nargs") == "-1" and told.get("required") != "True" else name


def _option(call: ast.Call) -> Argument:
    names = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
    told = {one.arg: one.value for one in call.keywords}
    help_text, default, metavar = told.get("help"), told.get("default"), told.get("metavar")
    kind = str(metavar.value) if isinstance(metavar, ast.Constant) else ""
    text = str(help_text.value) if isinstance(help_text, ast.Constant) else ""
    if "multiple" in told:
        text += " It may be given several times."
    if "envvar" in told:
        text += f" The environment variable `{getattr(told['envvar'], 'value', '')}` does the same."
    return Argument(
        ", ".join(name for name in names if name.startswith("-")),
        kind,
        ast.unparse(default) if default is not None else None,
        text,
    )
