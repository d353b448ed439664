"""Manage launchd services."""

from ._service import service

__all__ = ["service"]
