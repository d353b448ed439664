"""Manage packages with Alpine's apk."""

from ._packages import packages
from ._upgrade import update, upgrade

__all__ = ["packages", "update", "upgrade"]
