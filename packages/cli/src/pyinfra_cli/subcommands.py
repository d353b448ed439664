"""Commands that need no inventory: our own, and those of plugins (hook `pyinfra_cli_commands`)."""

from __future__ import annotations

from typing import Any


def find_command(name: str) -> Any | None:
    """Give a command by name; None where there is none.

    Args:
        name: the first word of the command line.

    Returns:
        The click command.
    """
    if name == "plugins":
        from .plugins import plugins

        return plugins
    if name == "docs":
        from .docs import docs

        return docs
    if name == "completion":
        from .completion import completion

        return completion
    from pyinfra.plugins.hooks import gather

    for _, command in gather("pyinfra_cli_commands"):
        if command.name == name:
            return command
    return None
