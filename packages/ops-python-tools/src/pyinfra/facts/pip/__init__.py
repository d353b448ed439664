"""Facts about the packages that pip installed."""

from ._packages import Pip3Packages, PipPackages

__all__ = ["Pip3Packages", "PipPackages"]
