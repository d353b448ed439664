"""Commands that need no inventory: `pyinfra plugins`, and those of plugins (hook `pyinfra_cli_commands`)."""

from __future__ import annotations

from typing import Any

import click
from pyinfra.plugins import registry

from .log import screen, setup_logging

KINDS = ("operations", "facts", "connectors", "plugins")


@click.command()
@click.option("--tag", help="Only plugins with this tag.")
@click.option("--kind", type=click.Choice(KINDS), help="Only plugins of this kind.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(tag: str | None, kind: str | None, as_json: bool) -> int:
    """List the installed plugins, broken ones too."""
    from pyinfra.api.exceptions import PluginError

    from .util import to_json

    setup_logging()
    rows = []
    for plugin in registry.plugins(kind, tag):
        problem = plugin.refused
        try:
            found = registry.find(plugin.kind, plugin.name)
            if found is not None:
                registry.load(found)
        except PluginError as error:
            problem = str(error)
        rows.append((plugin, problem))
    if as_json:
        click.echo(to_json([{**vars(plugin), "problem": problem} for plugin, problem in rows]))
        return 0
    for plugin, problem in rows:
        tags = f"  [{', '.join(plugin.tags)}]" if plugin.tags else ""
        screen.line(f"{plugin.kind:<11} {plugin.name:<16} {plugin.distribution} {plugin.version}{tags}")
        if problem:
            screen.line(f"{'':<11} broken: {problem}", err=True)
    for broken in registry.broken:
        screen.line(f"broken distribution {broken.distribution}: {broken.cause}", err=True)
    return 0


def find_command(name: str) -> Any | None:
    """Give a command by name; None where there is none.

    Args:
        name: the first word of the command line.

    Returns:
        The click command.
    """
    if name == "plugins":
        return plugins
    if not registry.names("plugins"):
        return None
    from pyinfra.plugins.hooks import installed_hooks

    for commands in installed_hooks().hook.pyinfra_cli_commands():
        for command in commands:
            if command.name == name:
                return command
    return None
