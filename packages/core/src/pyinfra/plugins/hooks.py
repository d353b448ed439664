"""The manager of hook implementations."""

from __future__ import annotations

import logging
from functools import cache

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
        if not hasattr(found, f"{PROJECT}_impl"):
            raise PluginError(f"{name} is not marked: write @hookimpl above it")


@cache
def installed_hooks() -> pluggy.PluginManager:
    """Give a manager with every installed plugin of the group `pyinfra.plugins`; broken ones are logged by name."""
    manager = new_manager()
    for name in registry.names("plugins"):
        try:
            found = registry.find("plugins", name)
            if found is not None:
                register(manager, registry.load(found), name)
        except PluginError as error:
            logger.warning("%s", error)
    return manager
