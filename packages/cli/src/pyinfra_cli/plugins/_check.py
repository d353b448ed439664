"""`pyinfra plugins check`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import click
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors.base import BaseConnector
from pyinfra.plugins import Plugin, registry

from pyinfra_cli.log import screen, style

from ._list import type_of
from ._loading import Loaded, load
from ._members import facts_of, operations_of, summary_of


@click.command()
@click.argument("names", nargs=-1)
def check(names: tuple[str, ...]) -> int:
    """Load every plugin, or those called NAMES, and tell what is wrong with them.

    Names and packages are taken. Exit code 1 where something is wrong.
    """
    chosen = [
        plugin for plugin in registry.plugins() if not names or {plugin.name, plugin.distribution} & {*names}
    ]
    problems = 0
    for plugin in chosen:
        for problem in problems_of(plugin):
            problems += 1
            screen.line(
                f"{style('wrong', 'red')}: {type_of(plugin)} {plugin.name} of {plugin.distribution} {plugin.version}: "
                f"{problem}"
            )
    for broken in registry.broken if not names else ():
        problems += 1
        screen.line(f"{style('wrong', 'red')}: distribution {broken.distribution}: {broken.cause}")
    unknown = {*names} - {plugin.name for plugin in chosen} - {plugin.distribution for plugin in chosen}
    for name in sorted(unknown):
        problems += 1
        screen.line(f"{style('wrong', 'red')}: {name}: no plugin and no package with plugins has this name")
    screen.line(f"{len(chosen)} plugins, {problems} problems")
    return 1 if problems else 0


def problems_of(plugin: Plugin) -> list[str]:
    """Give what is wrong with a plugin.

    Args:
        plugin: the plugin.

    Returns:
        What is wrong, and what to do about it, in a sentence each.
    """
    loaded = load(plugin)
    if loaded.problem:
        return [loaded.problem]
    found = list(_CHECKS[plugin.kind](loaded))
    if loaded.printed:
        found.append(f"it prints as it is imported ({loaded.printed.strip()!r}); remove that")
    return found


def _operations(loaded: Loaded) -> Iterator[str]:
    if not inspect.ismodule(loaded.target):
        yield f"{loaded.plugin.target} is no module; name the module that the operations are in"
        return
    operations = operations_of(loaded.target)
    if not operations:
        yield f"{loaded.plugin.target} has no operation; decorate one with @operation(), and list it in __all__"
    yield from _undocumented(operations)


def _facts(loaded: Loaded) -> Iterator[str]:
    if not inspect.ismodule(loaded.target):
        yield f"{loaded.plugin.target} is no module; name the module that the facts are in"
        return
    facts = facts_of(loaded.target)
    if not facts:
        yield f"{loaded.plugin.target} has no fact; derive one from FactBase, and list it in __all__"
    yield from _undocumented(facts)


def _connector(loaded: Loaded) -> Iterator[str]:
    connector = loaded.target
    if not (isinstance(connector, type) and issubclass(connector, BaseConnector)):
        yield f"{loaded.plugin.target} is no connector; name a class that derives from BaseConnector"
        return
    yield from _undocumented({connector.__name__: connector})


def _hooks(loaded: Loaded) -> Iterator[str]:
    from pyinfra.plugins.hooks import new_manager, register

    try:
        register(new_manager(), loaded.target, loaded.plugin.name)
    except PyinfraError as error:
        yield str(error)


def _undocumented(members: dict[str, Any]) -> Iterator[str]:
    for name, member in members.items():
        if not summary_of(member):
            yield f"{name} has no docstring; say what it does"


_CHECKS: dict[str, Callable[[Loaded], Iterator[str]]] = {
    "operations": _operations,
    "facts": _facts,
    "connectors": _connector,
    "plugins": _hooks,
}
