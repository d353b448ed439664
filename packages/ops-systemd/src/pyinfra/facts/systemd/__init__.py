"""Facts about systemd units."""

from ._units import SystemdEnabled, SystemdStatus

__all__ = ["SystemdEnabled", "SystemdStatus"]
