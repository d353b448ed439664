"""What is known of an installed package, whichever package manager tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

__all__ = ["PackageInfo", "PackageStatus", "build_package_map"]


class PackageStatus(Enum):
    """What would become of an installed package if everything were upgraded."""

    INSTALLED = "installed"
    UPGRADEABLE = "upgradeable"
    HELD = "held"


@dataclass(frozen=True)
class PackageInfo:
    """An installed package.

    Attributes:
        name: its name.
        installed_versions: the versions that are installed, oldest first where they can be sorted as text.
        available_version: the version that an upgrade would install; None where there is no newer one, or it is
            not known.
        status: whether it can be upgraded, and may be.
    """

    name: str
    installed_versions: tuple[str, ...] = ()
    available_version: str | None = None
    status: PackageStatus = PackageStatus.INSTALLED

    @property
    def installed_version(self) -> str | None:
        """The last of the installed versions; None where none is known."""
        return self.installed_versions[-1] if self.installed_versions else None


def build_package_map(
    installed: Mapping[str, Collection[str]],
    upgradeable: Mapping[str, str] | None = None,
    held: Collection[str] | None = None,
) -> dict[str, PackageInfo]:
    """Bring together what a package manager tells in several lists.

    Args:
        installed: the versions of each installed package.
        upgradeable: the newer version of each package that has one; packages that are not installed are left out.
        held: names of packages that are kept at their version.

    Returns:
        What is known of each installed package, by its name. A package that is held counts as held, not as
        upgradeable.
    """
    newer, kept = upgradeable or {}, held or ()

    def status(name: str) -> PackageStatus:
        if name in kept:
            return PackageStatus.HELD
        return PackageStatus.UPGRADEABLE if name in newer else PackageStatus.INSTALLED

    return {
        name: PackageInfo(name, tuple(sorted(versions)), newer.get(name), status(name))
        for name, versions in installed.items()
    }
