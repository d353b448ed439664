"""Facts about rc.d scripts of the BSDs."""

from ._status import RcdStatus

__all__ = ["RcdStatus"]
