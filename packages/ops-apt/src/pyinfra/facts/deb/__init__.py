"""Facts about Debian packages."""

from ._packages import DebArch, DebPackage, DebPackages
from ._versions import DebVersions, InstalledPackages

__all__ = ["DebArch", "DebPackage", "DebPackages", "DebVersions", "InstalledPackages"]
