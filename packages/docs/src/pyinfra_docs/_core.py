"""The reference pages of pyinfra itself: global arguments, config, command line, hooks. Read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ._pages import render_template

_CORE = Path("packages/core/src/pyinfra")
_CLI = Path("packages/cli/src/pyinfra_cli/cli.py")


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
    return {
        "reference/global-arguments.md": render_template(
            "arguments.md.j2", groups=list(_arguments(core / "api" / "arguments.py"))
        ),
        "reference/config.md": render_template(
            "config.md.j2", keys=list(_config(core / "api" / "config.py"))
        ),
        "reference/hooks.md": render_template(
            "hooks.md.j2", hooks=list(_hooks(core / "plugins" / "spec.py"))
        ),
        "reference/command-line.md": render_template("command.md.j2", options=list(_options(source / _CLI))),
    }


def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def _arguments(file: Path) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Give each TypedDict's summary and its keys: name, type, description."""
    for node in _parse(file).body:
        if not isinstance(node, ast.ClassDef):
            continue
        keys = []
        for one in node.body:
            told = _annotated(one)
            if told is not None:
                keys.append(told)
        if keys:
            yield (ast.get_docstring(node) or node.name).partition("\n")[0], keys


def _annotated(node: ast.stmt) -> tuple[str, str, str] | None:
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
        return None
    annotation = node.annotation
    if not (isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple)):
        return None
    kind, *others = annotation.slice.elts
    for other in others:
        if isinstance(other, ast.Call) and other.args and isinstance(other.args[0], ast.Constant):
            return node.target.id, ast.unparse(kind), str(other.args[0].value)
    return None


def _config(file: Path) -> Iterator[tuple[str, str, str, str]]:
    """Give each config key, its type, its default and the comment above it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for node in _parse(file).body:
        if isinstance(node, ast.ClassDef) and node.name == "ConfigDefaults":
            comment = ""
            for one in node.body:
                if (
                    isinstance(one, ast.AnnAssign)
                    and isinstance(one.target, ast.Name)
                    and one.value is not None
                ):
                    above = lines[one.lineno - 2].strip()
                    comment = above.lstrip("# ") if above.startswith("#") else comment
                    yield one.target.id, ast.unparse(one.annotation), ast.unparse(one.value), comment


def _hooks(file: Path) -> Iterator[tuple[str, str, str]]:
    """Give each hook's name, arguments and docstring."""
    for node in ast.walk(_parse(file)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("pyinfra_"):
            arguments = ", ".join(one.arg for one in node.args.args if one.arg != "self")
            yield node.name, arguments, ast.get_docstring(node) or ""


def _options(file: Path) -> Iterator[tuple[str, str]]:
    """Give each option of the command line and its help."""
    for node in ast.walk(_parse(file)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.option":
            names = [one.value for one in node.args if isinstance(one, ast.Constant)]
            shown = ", ".join(str(name) for name in names if str(name).startswith("-"))
            told = {one.arg: one.value for one in node.keywords}
            text = told.get("help")
            yield shown, str(text.value) if isinstance(text, ast.Constant) else ""
