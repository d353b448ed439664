"""`pyinfra plugins list`."""

from __future__ import annotations

import click
from pyinfra.plugins import Plugin, registry

from pyinfra_cli.log import screen

from ._loading import Loaded, load

# As pyinfra-metadata.toml calls them, and the entry point groups.
TYPES = {"operation": "operations", "fact": "facts", "connector": "connectors", "hook": "plugins"}

LIST_OPTIONS = [
    click.option("--tag", help="Only plugins with this tag."),
    click.option("--type", "kind", type=click.Choice(list(TYPES)), help="Only plugins of this type."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
]


def type_of(plugin: Plugin) -> str:
    """Give a plugin's type, as the metadata calls it."""
    return next(name for name, group in TYPES.items() if group == plugin.kind)


def list_plugins(tag: str | None, kind: str | None, as_json: bool) -> int:
    """List the installed plugins.

    Args:
        tag: only those with this tag.
        kind: only those of this type.
        as_json: print JSON.

    Returns:
        The exit code.
    """
    rows = [load(plugin) for plugin in registry.plugins(TYPES[kind] if kind else None, tag)]
    if as_json:
        from pyinfra_cli.util import to_json

        click.echo(to_json([_as_data(row) for row in rows]))
        return 0
    for row in rows:
        screen.line(line_of(row.plugin, "broken" if row.problem else "ok"))
        if row.problem:
            screen.line(f"{'':<10} {row.problem}", err=True)
    for broken in registry.broken:
        screen.line(f"broken distribution {broken.distribution}: {broken.cause}", err=True)
    return 0


def line_of(plugin: Plugin, state: str) -> str:
    """Give a plugin in a line."""
    tags = f"  [{', '.join(plugin.tags)}]" if plugin.tags else ""
    return (
        f"{type_of(plugin):<10} {plugin.name:<14} {plugin.distribution:<26} {plugin.version:<9} {state}{tags}"
    )


def _as_data(row: Loaded) -> dict[str, object]:
    plugin = row.plugin
    return {
        "name": plugin.name,
        "type": type_of(plugin),
        "package": plugin.distribution,
        "version": plugin.version,
        "tags": plugin.tags,
        "target": plugin.target,
        "state": "broken" if row.problem else "ok",
        "problem": row.problem,
    }
