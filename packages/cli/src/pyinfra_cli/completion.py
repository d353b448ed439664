"""Completion of the command line in shells: inventories, our own commands, operations and facts with arguments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class
from pyinfra.api.exceptions import PyinfraError
from pyinfra.plugins import registry

from .cli import OPTIONS

VARIABLE = "_PYINFRA_COMPLETE"
OWN = ("plugins", "docs", "completion")
WORDS = ("exec", "fact", "debug-inventory")


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes pyinfra's command line in SHELL.

    For bash: eval "$(pyinfra completion bash)" in ~/.bashrc; zsh likewise in ~/.zshrc; for fish:
    pyinfra completion fish > ~/.config/fish/completions/pyinfra.fish
    """
    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(Root("pyinfra"), {}, "pyinfra", VARIABLE).source())


class Root(click.Group):
    """The command line as completion sees it: the first word is a command of its own, or an inventory."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        for option in OPTIONS:
            option(self)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give the command of the first word."""
        from .subcommands import find_command

        own = find_command(cmd_name)
        if own is not None:
            return own  # type: ignore[no-any-return]
        words = click.Argument(["words"], nargs=-1, shell_complete=_words)
        return click.Command(cmd_name, params=[words, *self.params])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Suggest first words."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        connectors = [f"@{name}" if name == "local" else f"@{name}/" for name in registry.names("connectors")]
        return _items([*OWN, *connectors, *_files(incomplete)], incomplete)


def _words(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    before: list[str] = list(ctx.params.get("words") or ())
    with contextlib.suppress(PyinfraError):
        return _items(list(_suggested(before, incomplete)), incomplete)
    return []


def _suggested(before: list[str], incomplete: str) -> Iterator[str]:
    if not before:
        yield from WORDS
        yield from _files(incomplete)
        yield from _members("operations", incomplete)
    elif before[0] == "fact":
        yield from _members("facts", incomplete)
        facts = [word for word in before[1:] if "=" not in word]
        if facts:
            yield from _arguments("facts", facts[-1])
    elif before[0].endswith(".py"):
        yield from _files(incomplete)
    elif before[0] not in WORDS:
        yield from _arguments("operations", before[0])
        yield from _global_arguments()


def _members(kind: str, incomplete: str) -> Iterator[str]:
    """The members of the modules that the word may name; importing all of them for no letter at all would take long."""
    from .plugins import members

    module, dot, _ = incomplete.partition(".")
    for name in registry.names(kind):
        if (dot and name == module) or (not dot and module and name.startswith(module)):
            with contextlib.suppress(PyinfraError):
                found = members(kind, registry.module(kind, name))
                yield from (f"{name}.{member}" for member in found)
        elif not module:
            yield f"{name}."


def _arguments(kind: str, name: str) -> Iterator[str]:
    from .commands import find_named
    from .plugins import signature_of

    yield from (f"{parameter}=" for parameter in signature_of(find_named(kind, name)).parameters)


def _global_arguments() -> Iterator[str]:
    from pyinfra.api.arguments import all_argument_meta

    yield from (f"{name}=" for name in all_argument_meta if name.startswith("_"))


def _files(incomplete: str) -> Iterator[str]:
    folder, slash, _ = incomplete.rpartition("/")
    with contextlib.suppress(OSError):
        for path in sorted(Path(folder + slash or ".").iterdir()):
            if path.suffix == ".py":
                yield f"{folder}{slash}{path.name}"
            elif path.is_dir() and not path.name.startswith("."):
                yield f"{folder}{slash}{path.name}/"


def _items(suggested: list[Any], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in dict.fromkeys(suggested) if word.startswith(incomplete)]
