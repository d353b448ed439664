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
        PluginError: it implements a hook that does not exist.
    """
    manager.register(plugin, name)
    try:
        manager.check_pending()
        _refuse_unmarked(plugin)
    except (pluggy.PluginValidationError, PluginError) as error:
        manager.unregister(plugin)
        raise PluginError(f"plugin {name or plugin!r}: {error}") from error


def _refuse_unmarked(plugin: object) -> None:
    known = {name for name in dir(Hooks) if name.startswith("pyinfra_")}
    for name in dir(plugin):
        if name.startswith("pyinfra_") and name not in known and callable(getattr(plugin, name)):
            raise PluginError(f"{name} is no hook (they are listed in pyinfra.plugins.spec)")


@cache
def installed_hooks() -> pluggy.PluginManager:
    """Give a manager with every installed plugin of the group `pyinfra.plugins`; broken ones are logged by name."""
    manager = new_manager()
    for plugin in registry.plugins("plugins"):
        try:
            found = registry.find("plugins", plugin.name)
            if found is not None and not manager.has_plugin(plugin.name):
                register(manager, registry.load(found), plugin.name)
        except PluginError as error:
            logger.warning("%s", error)
    return manager
