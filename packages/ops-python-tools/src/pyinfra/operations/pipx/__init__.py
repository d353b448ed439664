"""Manage Python applications with pipx, each in an environment of its own."""

from ._packages import packages
from ._path import ensure_path
from ._upgrade import upgrade_all

__all__ = ["ensure_path", "packages", "upgrade_all"]
