"""Facts about Upstart jobs."""

from ._status import UpstartStatus

__all__ = ["UpstartStatus"]
