"""Facts about System V init scripts."""

from ._status import InitdStatus

__all__ = ["InitdStatus"]
