"""Imports of `pyinfra.operations.x` and its kin: resolved by entry points where no folder of that name is there.

The finder stands first, so that a name that two distributions claim is refused even where one of them is found on
disk; it stands aside for everything that is not below one of the three packages.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from types import ModuleType

    from pyinfra.plugins import Plugin

KINDS = ("operations", "facts", "connectors")
# Modules of core itself, which no plugin can take.
OWN = {"operations": {"util", "python"}, "facts": {"util"}, "connectors": {"base", "util", "local"}}


class PluginFinder:
    """Finds modules that entry points provide under pyinfra's own names."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Give the spec of a module, as the import system asks for it.

        Args:
            fullname: the module's full name.
            path: its package's path.
            target: not used.

        Returns:
            The spec; None for what is not ours to find.

        Raises:
            PluginNotInstalledError: no plugin provides it; says what to install.
        """
        parts = fullname.split(".")
        if len(parts) < 3 or parts[0] != "pyinfra" or parts[1] not in KINDS:  # noqa: PLR2004 - pyinfra.KIND.NAME
            return None
        _, kind, name, *within = parts
        if within:
            return _find_within(fullname)
        if name.startswith("_") or name in OWN[kind]:
            return None
        return self._find(fullname, kind, name, path)

    def _find(
        self, fullname: str, kind: str, name: str, path: Sequence[str] | None
    ) -> importlib.machinery.ModuleSpec | None:
        from pyinfra.api.exceptions import PluginError, PluginNotInstalledError
        from pyinfra.plugins import registry

        on_disk = importlib.machinery.PathFinder.find_spec(fullname, path)
        try:
            plugin = registry.find(kind, name)
        except PluginError as error:
            raise PluginNotInstalledError(str(error)) from error
        if plugin is not None:
            module_name = plugin.target.partition(":")[0].strip()
            # An entry point of a connector names its class, in whichever module below `pyinfra.connectors.NAME`.
            own = on_disk is not None and kind == "connectors"
            if module_name != fullname and not own:
                return importlib.machinery.ModuleSpec(
                    fullname, cast("Any", _AliasLoader(module_name, plugin))
                )
        if on_disk is None:
            raise PluginNotInstalledError(registry.missing(kind, name))
        return on_disk


def _find_within(fullname: str) -> importlib.machinery.ModuleSpec | None:
    """The spec of a module within one that lives elsewhere: a second copy of it would have classes of its own."""
    parent, _, own = fullname.rpartition(".")
    package = getattr(sys.modules.get(parent), "__name__", parent)
    module_name = f"{package}.{own}"
    if package == parent or importlib.util.find_spec(module_name) is None:
        return None
    return importlib.machinery.ModuleSpec(fullname, cast("Any", _AliasLoader(module_name)))


class _AliasLoader:
    """Gives another module under a name of ours; the import system asks a loader for no more than these methods."""

    def __init__(self, module_name: str, plugin: Plugin | None = None) -> None:
        self._module_name = module_name
        self._plugin = plugin

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Import the other module; what it raises tells whose it is."""
        try:
            module = importlib.import_module(self._module_name)
        except (Exception, SystemExit) as error:
            if self._plugin is not None:
                _tell_whose(error, self._plugin)
            raise
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave it as it is: it has run, and keeps the spec that it was imported by."""
        module.__spec__ = self._own_spec


def _tell_whose(error: BaseException, plugin: Plugin) -> None:
    """Note on an error whose import it ended; one that would end the process becomes an error."""
    from pyinfra.api.exceptions import PluginNotInstalledError
    from pyinfra.plugins._registry import not_loaded

    if isinstance(error, SystemExit):
        raise PluginNotInstalledError(not_loaded(plugin, error)) from error
    if not hasattr(error, "pyinfra_plugin"):
        error.pyinfra_plugin = plugin  # type: ignore[attr-defined]


def install_finder() -> None:
    """Put the finder first, once."""
    if not any(isinstance(finder, PluginFinder) for finder in sys.meta_path):
        finder: Any = PluginFinder()
        sys.meta_path.insert(0, finder)
