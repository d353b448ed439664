"""The registry: which plugins are installed, and what their names stand for.

Only entry points are read to know what there is; a plugin's module is imported when it is first named. One that can't
be imported, or that two distributions claim, is an error for its own name and no other.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from pyinfra.api.exceptions import PluginConflictError, PluginError

from ._distributions import CORE, GROUPS, Plugin, read_about, read_plugins
from .known import PACKAGES

if sys.version_info >= (3, 12):
    from importlib import metadata
else:
    import importlib_metadata as metadata

if TYPE_CHECKING:
    from types import ModuleType

    from pyinfra.api.operation import PyinfraOperation
    from pyinfra.connectors.base import BaseConnector


@dataclass(frozen=True)
class Broken:
    """A distribution whose metadata can't be read.

    Attributes:
        distribution: its name, or where it lies.
        cause: what is wrong.
    """

    distribution: str
    cause: str


class Registry:
    """The plugins of the installed distributions.

    Args:
        distributions: what to read instead of what is installed; for tests.
    """

    def __init__(self, distributions: Iterable[Any] | None = None) -> None:
        self._distributions = distributions
        self._broken: list[Broken] = []

    @cached_property
    def _plugins(self) -> dict[tuple[str, str], list[Plugin]]:
        found: dict[tuple[str, str], list[Plugin]] = {}
        seen: set[str] = set()
        source = self._distributions if self._distributions is not None else metadata.distributions()
        for distribution in source:
            told = None
            try:
                # Most are no plugins: reading what all of them are called would take most of the time.
                points = distribution.read_text("entry_points.txt") or ""
                if "pyinfra." not in points:
                    continue
                told = read_about(distribution)
                if told.name in seen:
                    continue
                seen.add(told.name)
                own = list(read_plugins(told, points))
            except Exception as error:
                where = (told and told.name) or getattr(distribution, "_path", None) or distribution
                self._broken.append(Broken(str(where), f"{type(error).__name__}: {error}"))
                continue
            for plugin in own:
                found.setdefault((plugin.kind, plugin.name), []).append(plugin)
        return found

    @property
    def broken(self) -> list[Broken]:
        """The distributions whose metadata can't be read."""
        return self._broken if self._plugins is not None else []

    def plugins(self, kind: str | None = None, tag: str | None = None) -> list[Plugin]:
        """Give what is installed, sorted by kind and name.

        Args:
            kind: only this one of `operations`, `facts`, `connectors`, `plugins`.
            tag: only those with this tag.

        Returns:
            The plugins; those that can't be loaded too.
        """
        every = [plugin for plugins in self._plugins.values() for plugin in plugins]
        chosen = [
            plugin
            for plugin in every
            if (kind is None or plugin.kind == kind) and (tag is None or tag in plugin.tags)
        ]
        return sorted(
            chosen, key=lambda plugin: (GROUPS.index(plugin.kind), plugin.name, plugin.distribution)
        )

    def names(self, kind: str) -> list[str]:
        """Give the names of one kind, sorted."""
        return sorted({name for found, name in self._plugins if found == kind})

    def find(self, kind: str, name: str) -> Plugin | None:
        """Give the plugin that provides a name.

        Args:
            kind: `operations`, `facts`, `connectors` or `plugins`.
            name: the name.

        Returns:
            The plugin; None where none is installed.

        Raises:
            PluginConflictError: two distributions provide it.
            PluginError: it does not fit this core.
        """
        found = self._plugins.get((kind, name), [])
        owners = [plugin for plugin in found if plugin.distribution == CORE] or found
        if not owners:
            return None
        if len(owners) > 1:
            who = " and ".join(f"{plugin.distribution} {plugin.version}" for plugin in owners)
            raise PluginConflictError(f"pyinfra.{kind}.{name} is provided by {who}: uninstall one of them")
        if owners[0].refused is not None:
            raise PluginError(owners[0].refused)
        return owners[0]

    def load(self, plugin: Plugin) -> Any:
        """Import what a plugin's entry point names.

        Raises:
            PluginError: the import fails; names the plugin, its distribution and the cause.
        """
        module_name, _, attribute = plugin.target.partition(":")
        try:
            loaded: Any = importlib.import_module(module_name.strip())
            for part in filter(None, attribute.strip().split(".")):
                loaded = getattr(loaded, part)
        except (Exception, SystemExit) as error:
            raise PluginError(not_loaded(plugin, error)) from error
        return loaded

    def module(self, kind: str, name: str) -> ModuleType:
        """Import `pyinfra.{kind}.{name}`, whoever provides it.

        Raises:
            PluginError: nobody does, or it can't be imported.
        """
        try:
            return importlib.import_module(f"pyinfra.{kind}.{name}")
        except (Exception, SystemExit) as raised:
            # What ends a process is told by the finder, which knew no better than to raise an error of ours.
            error = raised.__cause__ if isinstance(raised.__cause__, SystemExit) else raised
            plugin = self.find(kind, name)
            # Where it is installed, what is missing is something that it imports.
            if plugin is None and isinstance(raised, PluginError):
                raise
            raise PluginError(not_loaded(plugin or f"pyinfra.{kind}.{name}", error)) from error

    def missing(self, kind: str, name: str) -> str:
        """Say that nobody provides a name, and what to install or which name is near."""
        full = f"pyinfra.{kind}.{name}"
        package = PACKAGES.get(kind, {}).get(name)
        if package is not None:
            return f"{full} is not installed: pip install {package}"
        known = {*self.names(kind), *PACKAGES.get(kind, {})}
        near = difflib.get_close_matches(name, sorted(known), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"{full} is not installed, and no plugin of that name is known{hint}"


def not_loaded(plugin: Plugin | str, error: BaseException) -> str:
    """Say that a plugin can't be loaded, why, and what its user can do about it.

    Args:
        plugin: the plugin, or the name of its module.
        error: what was raised.

    Returns:
        A sentence.
    """
    told = f"{plugin} can't be loaded: {type(error).__name__}: {error}"
    # One that refers to another tells of that one what to do.
    if isinstance(plugin, str) or isinstance(error, PluginError):
        return told
    return f"{told}; {plugin.advice}"


registry = Registry()


def project_links(distribution: str) -> list[tuple[str, str]]:
    """Give where an installed distribution says that more is found about it.

    Args:
        distribution: its name.

    Returns:
        What each link is called, and where it leads.
    """
    links = metadata.metadata(distribution).get_all("Project-URL") or ()
    return [(name.strip(), link.strip()) for name, _, link in (written.partition(",") for written in links)]


def find_operation(module: str, name: str) -> PyinfraOperation[Any]:
    """Give an operation by name, for operations that choose among technologies at run time.

    Args:
        module: the module's name, such as `systemd`.
        name: the operation's, such as `service`.

    Returns:
        The operation.

    Raises:
        PluginError: it is not installed.
    """
    found = getattr(registry.module("operations", module), name, None)
    if not hasattr(found, "_inner"):
        raise PluginError(f"pyinfra.operations.{module} has no operation {name!r}")
    return cast("PyinfraOperation[Any]", found)


def find_fact(name: str) -> type[Any]:
    """Give a fact's class by name.

    Args:
        name: `server.LinuxDistribution`, or `LinuxDistribution` where only one plugin has it.

    Returns:
        The class.

    Raises:
        PluginError: there is none, or a bare name is that of several.
    """
    module, _, attribute = name.rpartition(".")
    if module:
        provider = registry.module("facts", module)
        found = getattr(provider, attribute, None)
        if not _is_fact(found):
            known = [known for known in dir(provider) if _is_fact(getattr(provider, known))]
            near = difflib.get_close_matches(attribute, known, n=1)
            hint = f"; did you mean {module}.{near[0]}?" if near else ""
            raise PluginError(f"pyinfra.facts.{module} has no fact {attribute!r}{hint}")
        return cast("type[Any]", found)
    return _find_bare_fact(name)


def _is_fact(found: object) -> bool:
    from pyinfra.api.facts import FactBase, ShortFactBase

    return isinstance(found, type) and issubclass(found, FactBase | ShortFactBase)


def _find_bare_fact(name: str) -> type[Any]:
    matches: dict[type[Any], str] = {}
    broken: list[str] = []
    for module_name in registry.names("facts"):
        try:
            module = registry.module("facts", module_name)
        except PluginError as error:
            broken.append(str(error))
            continue
        found: Any = getattr(module, name, None)
        if _is_fact(found):
            matches.setdefault(found, f"{module_name}.{name}")
    if not matches:
        unseen = "".join(f"; {why}" for why in broken)
        raise PluginError(f"no installed plugin has a fact {name!r}{unseen}")
    if len(matches) > 1:
        names = ", ".join(sorted(matches.values()))
        raise PluginError(f"several plugins have a fact {name!r}: name one of {names}")
    return next(iter(matches))


def connector_names() -> list[str]:
    """Give the names of the installed connectors."""
    return registry.names("connectors")


def find_connector(name: str) -> type[BaseConnector]:
    """Give a connector's class by name.

    Args:
        name: such as `ssh`.

    Returns:
        The class.

    Raises:
        PluginError: it is not installed or can't be loaded.
    """
    if name == "local":
        from pyinfra.connectors.local import LocalConnector

        return LocalConnector
    plugin = registry.find("connectors", name)
    if plugin is None:
        raise PluginError(
            registry.missing("connectors", name).replace("pyinfra.connectors.", "the connector @")
        )
    found = registry.load(plugin)
    if not callable(getattr(found, "make_names_data", None)):
        raise PluginError(
            f"{plugin}: {plugin.target} is no connector, which derives from BaseConnector; {plugin.advice}"
        )
    return cast("type[BaseConnector]", found)
