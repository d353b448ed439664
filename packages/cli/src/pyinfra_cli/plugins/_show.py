"""`pyinfra plugins show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from pyinfra.plugins import project_links, registry

from pyinfra_cli.exceptions import CliError
from pyinfra_cli.log import screen, style

from ._list import TYPES, line_of
from ._loading import Loaded, load
from ._members import call_of, facts_of, operations_of, summary_of


@click.command()
@click.argument("name")
def show(name: str) -> int:
    """Show what the plugin NAME offers: operations, facts, connector data, and where it comes from."""
    found = [plugin for plugin in registry.plugins() if plugin.name == name]
    if not found:
        raise CliError(registry.missing("operations", name).replace("pyinfra.operations.", "the plugin ", 1))
    rows = [load(plugin) for plugin in found]
    for row in rows:
        screen.line(style(line_of(row.plugin, "broken" if row.problem else "ok"), bold=True))
        for line in _about(row):
            screen.line(f"  {line}")
        screen.line()
    return 1 if any(row.problem for row in rows) else 0


def _about(row: Loaded) -> Iterator[str]:
    if row.problem:
        yield row.problem
        return
    yield f"from {getattr(row.target, '__file__', None) or row.plugin.target}"
    yield from (f"{name}: {link}" for name, link in project_links(row.plugin.distribution))
    if row.plugin.kind in (TYPES["operation"], TYPES["fact"]):
        yield f"documentation of each: pyinfra docs {row.plugin.name}.NAME"
    yield from MEMBERS[row.plugin.kind](row)


def _operations(row: Loaded) -> Iterator[str]:
    for name, operation in operations_of(row.target).items():
        yield f"{row.plugin.name}.{call_of(name, operation)}"
        notes = "" if operation.is_idempotent else "changes something each time"
        yield f"    {summary_of(operation)}" + (f" ({notes})" if notes else "")


def _facts(row: Loaded) -> Iterator[str]:
    for name, fact in facts_of(row.target).items():
        yield f"{row.plugin.name}.{call_of(name, fact)}"
        yield f"    {summary_of(fact)}"


def _connector(row: Loaded) -> Iterator[str]:
    yield f"hosts: @{row.plugin.name}/NAME"
    for key, meta in getattr(row.target, "data_meta", {}).items():
        default = getattr(meta, "default", None)
        yield f"{key}: {meta.description}" + (f" (default {default!r})" if default is not None else "")


def _hooks(row: Loaded) -> Iterator[str]:
    for name in dir(row.target):
        if name.startswith("pyinfra_"):
            yield name


MEMBERS: dict[str, Any] = {
    TYPES["operation"]: _operations,
    TYPES["fact"]: _facts,
    TYPES["connector"]: _connector,
    TYPES["hook"]: _hooks,
}
