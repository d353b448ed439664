"""The reference pages of pyinfra itself: global arguments, config, command line, hooks. Read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import griffe

from ._checks import check_reference
from ._commands import commands
from ._files import parse, read_text
from ._markdown import render_template
from ._model import Argument

_CORE = Path("packages/core/src/pyinfra")
_CLI = Path("packages/cli/src/pyinfra_cli")
_WIDTH = 80


@dataclass(frozen=True)
class Hook:
    """A hook: its name, arguments, what it gives, and what it is for."""

    name: str
    arguments: list[str]
    returns: str
    text: str

    @property
    def signature(self) -> str:
        """Its arguments with their types, in as many lines as they take."""
        returns = f" -> {self.returns}" if self.returns else ""
        line = f"def {self.name}({', '.join(self.arguments)}){returns}: ..."
        if len(line) <= _WIDTH:
            return line
        return f"def {self.name}(\n" + "".join(f"    {one},\n" for one in self.arguments) + f"){returns}: ..."


def core_pages(source: Path) -> dict[str, str]:
    """Write the pages about pyinfra itself, where a project is pyinfra.

    Args:
        source: the project's folder.

    Returns:
        Each page's text by its path; none for a project of plugins alone.
    """
    core = source / _CORE
    if not (core / "api" / "arguments.py").is_file():
        return {}
    spec = parse(core / "plugins" / "spec.py")
    groups = list(_arguments(parse(core / "api" / "arguments.py")))
    config = list(_config(core / "api" / "config.py"))
    hooks, given = list(_hooks(spec)), list(_hook_arguments(spec))
    types, called = list(_types(spec)), list(commands(source / _CLI))
    check_reference(
        {
            core / "api" / "arguments.py": [key for _, keys in groups for key in keys],
            core / "api" / "config.py": config,
            core / "plugins" / "spec.py": [
                *given,
                *(Argument(hook.name, "", None, hook.text) for hook in hooks),
                *(key for _, _, keys in types for key in keys),
            ],
            source / _CLI: [
                *(option for command in called for option in command.options),
                *(Argument(f"pyinfra {command.name}", "", None, command.text) for command in called),
            ],
        }
    )
    return {
        "reference/index.md": render_template("reference.md.j2"),
        "reference/global-arguments.md": render_template("arguments.md.j2", groups=groups),
        "reference/config.md": render_template("config.md.j2", keys=config),
        "reference/hooks.md": render_template(
            "hooks.md.j2", groups=_by_use(hooks), arguments=given, types=types
        ),
        "reference/command-line.md": render_template("command.md.j2", commands=called),
    }


def _arguments(tree: ast.Module) -> Iterator[tuple[str, list[Argument]]]:
    """Give each TypedDict's summary and its keys."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        keys = [told for told in map(_annotated, node.body) if told is not None]
        if keys:
            yield (ast.get_docstring(node) or node.name).partition("\n")[0], keys


def _annotated(node: ast.stmt) -> Argument | None:
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
        return None
    annotation = node.annotation
    if not (isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple)):
        return None
    kind, *others = annotation.slice.elts
    for other in others:
        if isinstance(other, ast.Call) and other.args and isinstance(other.args[0], ast.Constant):
            return Argument(node.target.id, ast.unparse(kind).strip("'\""), None, str(other.args[0].value))
    return None


def _config(file: Path) -> Iterator[Argument]:
    """Give each config key, its type, its default and the comment above it."""
    lines = read_text(file).splitlines()
    for node in parse(file).body:
        if isinstance(node, ast.ClassDef) and node.name == "ConfigDefaults":
            comment = ""
            for one in node.body:
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value:
                    above = lines[one.lineno - 2].strip()
                    comment = above.lstrip("# ") if above.startswith("#") else comment
                    yield Argument(
                        one.target.id, ast.unparse(one.annotation), ast.unparse(one.value), comment
                    )


def _hooks(tree: ast.Module) -> Iterator[Hook]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("pyinfra_"):
            arguments = [
                f"{one.arg}: {ast.unparse(one.annotation)}" if one.annotation else one.arg
                for one in node.args.args
                if one.arg != "self"
            ]
            returns = ast.unparse(node.returns) if node.returns else "None"
            yield Hook(
                node.name, arguments, "" if returns == "None" else returns, ast.get_docstring(node) or ""
            )


def _hook_arguments(tree: ast.Module) -> Iterator[Argument]:
    """Give each argument that a hook takes, once, with its type and what the class of all hooks says of it."""
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    text = next((ast.get_docstring(node) for node in classes if node.name == "Hooks"), None)
    told = {
        one.name: one.description
        for section in griffe.Docstring(text or "", parser="google").parsed
        if section.kind is griffe.DocstringSectionKind.parameters
        for one in section.value
    }
    types: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("pyinfra_"):
            for one in node.args.args[1:]:
                kinds = types.setdefault(one.arg, [])
                written = ast.unparse(one.annotation).split(" | ") if one.annotation else []
                kinds += [kind for kind in written if kind not in kinds]
    for name, kinds in types.items():
        yield Argument(name, " | ".join(sorted(kinds, key="None".__eq__)), None, told.get(name, ""))


def _by_use(hooks: Iterable[Hook]) -> dict[str, list[Hook]]:
    """Tell the hooks that watch a run from those that bring something to it, which give it."""
    groups: dict[str, list[Hook]] = {"To watch a run": [], "To bring something": []}
    for hook in hooks:
        groups["To bring something" if hook.returns else "To watch a run"].append(hook)
    return groups


def _types(tree: ast.Module) -> Iterator[tuple[str, str, list[Argument]]]:
    """Give the types of what hooks give: name, description, fields."""
    for node in tree.body:
        fields = [one for one in getattr(node, "body", ()) if isinstance(one, ast.AnnAssign)]
        if isinstance(node, ast.ClassDef) and fields:
            text = griffe.Docstring(ast.get_docstring(node) or "", parser="google").parsed
            told = {
                one.name: one.description
                for section in text
                if section.kind is griffe.DocstringSectionKind.attributes
                for one in section.value
            }
            keys = [
                Argument(name, ast.unparse(one.annotation), None, told.get(name, ""))
                for one, name in ((one, ast.unparse(one.target)) for one in fields)
            ]
            yield node.name, str(text[0].value), keys
