"""Facts about the applications that pipx installed."""

from ._environment import PipxEnvironment
from ._packages import PipxPackages

__all__ = ["PipxEnvironment", "PipxPackages"]
