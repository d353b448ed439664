"""Manage systemd units."""

from ._daemon_reload import daemon_reload
from ._service import service

__all__ = ["daemon_reload", "service"]
