"""Loading a plugin to look into it, whatever it does."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any

from pyinfra.api.exceptions import PluginError
from pyinfra.plugins import Plugin, registry


@dataclass
class Loaded:
    """A plugin, and what came of loading it.

    Attributes:
        plugin: the plugin.
        target: the module, class or object that it names; None where that can't be had.
        problem: why it can't be used; None where it can.
        printed: what it printed as it was imported.
    """

    plugin: Plugin
    target: Any = None
    problem: str | None = None
    printed: str = ""


def load(plugin: Plugin) -> Loaded:
    """Load a plugin.

    Args:
        plugin: the plugin.

    Returns:
        What came of it; what it prints is caught.
    """
    loaded = Loaded(plugin, problem=plugin.refused)
    # As stdout is: with an encoding, and bytes below it.
    kept = io.BytesIO()
    printed = io.TextIOWrapper(kept, encoding="utf-8", errors="backslashreplace", write_through=True)
    with contextlib.redirect_stdout(printed):
        try:
            found = registry.find(plugin.kind, plugin.name)
            loaded.target = registry.load(found) if found is not None else None
        except PluginError as error:
            loaded.problem = str(error)
    loaded.printed = kept.getvalue().decode()
    return loaded
