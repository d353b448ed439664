"""`pyinfra docs`: what an operation, a fact or a plugin is for, read in the terminal."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import click

from .exceptions import CliError
from .log import coloured, screen, setup_logging


@click.command()
@click.argument("name")
def docs(name: str) -> int:
    """Show the documentation of NAME: an operation (apt.packages), a fact (server.Os) or a plugin (apt)."""
    setup_logging()
    if "." not in name:
        from .plugins import show

        return int(show.main(args=[name], standalone_mode=False) or 0)
    title, member = _find(name)
    from .plugins import signature_of

    text = inspect.getdoc(getattr(member, "_inner", member)) or "It has no documentation."
    _print(f"# {title}", f"{title}{signature_of(member)}", text)
    return 0


def _find(name: str) -> tuple[str, Any]:
    from .commands import find_named

    wanted = "facts" if name.rpartition(".")[2][:1].isupper() else "operations"
    found = find_named(wanted, name)
    if not (hasattr(found, "_inner") or isinstance(found, type)):
        raise CliError(f"{name} is no operation and no fact")
    return name, found


def _print(heading: str, signature: str, text: str) -> None:
    if not coloured(sys.stdout):
        screen.line(f"{signature}\n\n{text}")
        return
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.syntax import Syntax

    console = Console()
    console.print(Markdown(heading))
    console.print(Syntax(signature, "python", word_wrap=True, background_color="default"))
    console.print()
    console.print(Markdown(_as_markdown(text)))


def _as_markdown(text: str) -> str:
    """Write a docstring in Google style as Markdown: sections as headings, arguments as lists."""
    lines: list[str] = []
    section = False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped in ("Args:", "Returns:", "Raises:", "Yields:", "Attributes:", "Example:", "Examples:"):
            section = stripped in ("Args:", "Raises:", "Attributes:")
            lines += ["", f"**{stripped}**", ""]
        elif section and line.startswith("    ") and not line.startswith("     "):
            name, colon, rest = stripped.partition(":")
            lines.append(f"- `{name}`{colon}{rest}" if colon else f"- {stripped}")
        elif section and not stripped:
            lines.append("")
        else:
            lines.append(f"  {stripped}" if section and stripped else line)
    return "\n".join(lines)
