"""Manage Python packages, tools, environments and Pythons with uv."""

from ._packages import packages
from ._pythons import pythons
from ._tools import tools, tools_update_shell, tools_upgrade_all
from ._venv import venv

__all__ = [
    "packages",
    "pythons",
    "tools",
    "tools_update_shell",
    "tools_upgrade_all",
    "venv",
]
