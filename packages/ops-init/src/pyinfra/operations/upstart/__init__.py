"""Manage Upstart jobs."""

from ._service import service

__all__ = ["service"]
