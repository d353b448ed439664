"""Manage System V init scripts."""

from ._enable import enable
from ._service import service

__all__ = ["enable", "service"]
