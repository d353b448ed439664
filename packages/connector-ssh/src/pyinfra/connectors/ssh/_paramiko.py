"""Loads paramiko without what it needs for `Match exec` in ssh_config files that it would read; ours are read by us.

That is a fifth of the time in which a small run is over. Who does ask for it gets it.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_UNUSED = "invoke"


class _Later:
    """Stands for a module that is imported when something is asked of it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(_UNUSED), name)


def load() -> None:
    """Import paramiko, unless that was done or what is left out is there already."""
    if "paramiko" in sys.modules or _UNUSED in sys.modules:
        return
    # None is Python's own way to say that a module can't be imported, and paramiko does without.
    sys.modules[_UNUSED] = None  # type: ignore[assignment]
    try:
        config = importlib.import_module("paramiko.config")
    finally:
        del sys.modules[_UNUSED]
    config.invoke = _Later()  # type: ignore[attr-defined]


load()
