"""Facts about launchd services."""

from ._status import LaunchdStatus

__all__ = ["LaunchdStatus"]
