"""Facts about runit services."""

from ._managed import RunitManaged
from ._status import RunitStatus

__all__ = ["RunitManaged", "RunitStatus"]
