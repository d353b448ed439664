"""Manage services of the BSDs' rc.d."""

from ._service import service

__all__ = ["service"]
