"""Manage GnuPG's keyrings."""

from ._dearmor import dearmor
from ._key import key

__all__ = ["dearmor", "key"]
