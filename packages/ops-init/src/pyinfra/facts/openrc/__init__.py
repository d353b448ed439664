"""Facts about OpenRC services."""

from ._enabled import OpenrcEnabled
from ._status import OpenrcStatus

__all__ = ["OpenrcEnabled", "OpenrcStatus"]
