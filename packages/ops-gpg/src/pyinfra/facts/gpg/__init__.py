"""Facts about GnuPG's keys and keyrings."""

from ._keyrings import GpgKeyrings
from ._keys import GpgKey, GpgKeys, GpgSecretKeys

__all__ = ["GpgKey", "GpgKeyrings", "GpgKeys", "GpgSecretKeys"]
