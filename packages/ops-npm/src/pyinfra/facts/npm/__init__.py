"""Facts about npm's packages."""

from ._packages import NpmPackages

__all__ = ["NpmPackages"]
