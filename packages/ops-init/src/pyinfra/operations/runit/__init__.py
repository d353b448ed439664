"""Manage runit services."""

from ._auto import auto
from ._manage import manage
from ._service import service
from ._wait_runsv import wait_runsv

__all__ = ["auto", "manage", "service", "wait_runsv"]
