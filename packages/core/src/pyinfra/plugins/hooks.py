"""The manager of hook implementations."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import pluggy

from pyinfra.api.exceptions import PluginError

from ._registry import registry
from .spec import PROJECT, Hooks

logger = logging.getLogger("pyinfra")


def new_manager() -> pluggy.PluginManager:
    """Give a manager that knows the hooks and no implementation."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    return manager


def register(manager: pluggy.PluginManager, plugin: object, name: str | None = None) -> None:
    """Register an object's hook implementations.

    Args:
        manager: the manager.
        plugin: a module or object.
        name: what it is called in messages.

    Raises:
        PluginError: it implements a hook that does not exist, or is registered already.
    """
    what = f"plugin {name or plugin!r}"
    if manager.is_registered(plugin):
        raise PluginError(f"{what}: it is registered already, as {manager.get_name(plugin)!r}")
    try:
        manager.register(plugin, name)
        manager.check_pending()
        _refuse_unmarked(plugin)
    except Exception as error:
        if manager.is_registered(plugin):
            manager.unregister(plugin)
        raise PluginError(f"{what}: {error}") from error


def _refuse_unmarked(plugin: object) -> None:
    known = {name for name in dir(Hooks) if name.startswith("pyinfra_")}
    for name in dir(plugin):
        found = getattr(plugin, name) if name.startswith("pyinfra_") else None
        if not callable(found):
            continue
        if name not in known:
            raise PluginError(f"{name} is no hook (they are listed in pyinfra.plugins.spec)")
        marked = getattr(found, f"{PROJECT}_impl", None)
        if marked is None:
            raise PluginError(f"{name} is not marked: write @hookimpl above it")
        if marked.get("hookwrapper") or marked.get("wrapper"):
            raise PluginError(f"{name} is a wrapper: hooks here observe or give something, each by itself")


@cache
def installed_hooks() -> pluggy.PluginManager:
    """Give a manager with every installed plugin of the group `pyinfra.plugins`; broken ones are logged by name."""
    manager = new_manager()
    for name in registry.names("plugins"):
        try:
            found = registry.find("plugins", name)
            if found is None:
                continue
            loaded = registry.load(found)
        except PluginError as error:
            logger.warning("%s", error)
            continue
        try:
            register(manager, loaded, name)
        except PluginError as error:
            logger.warning("%s %s: %s; %s", found.distribution, found.version, error, found.advice)
    return manager


def gather(hook: str) -> Iterator[tuple[str, Any]]:
    """Give what the installed plugins give for a hook; one that fails is logged by name, and costs the others nothing.

    Args:
        hook: a hook that gives objects, such as `pyinfra_secret_sources`.

    Yields:
        The plugin's name, and an object.
    """
    if not registry.names("plugins"):
        return
    for implementation in getattr(installed_hooks().hook, hook).get_hookimpls():
        try:
            given = list(implementation.function())
        except Exception as error:
            logger.warning(
                "plugin %s: %s failed: %s: %s", implementation.plugin_name, hook, type(error).__name__, error
            )
            continue
        for one in given:
            yield implementation.plugin_name, one
