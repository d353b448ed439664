"""Facts about rpm packages."""

from ._packages import RpmPackage, RpmPackageProvides, RpmPackages

__all__ = ["RpmPackage", "RpmPackageProvides", "RpmPackages"]
