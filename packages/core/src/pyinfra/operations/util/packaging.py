"""What operations on packages share: which of them to install, upgrade and remove."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from pyinfra.api.command import StringCommand
from pyinfra.api.state import logger
from pyinfra.facts.util.packages import PackageInfo, PackageStatus

from ._rpm import ensure_rpm, ensure_yum_repo

if TYPE_CHECKING:
    from pyinfra.api.host import Host

__all__ = ["PkgInfo", "default_inst_vers_format_fn", "ensure_packages", "ensure_rpm", "ensure_yum_repo"]

_EQUAL = ("", "=", "==", "===", "@")


def default_inst_vers_format_fn(package: PkgInfo) -> str:
    """Write a package as its package manager wants it to install it.

    Args:
        package: the package.

    Returns:
        Its URL, or its name, or its name, operator and version; not quoted.
    """
    versioned = f"{package.name}{package.operator}{package.version}"
    return package.url or (versioned if package.has_version else package.name)


class PkgInfo(NamedTuple):
    """A package that is asked for.

    Attributes:
        name: its name.
        version: the version that is wanted; empty for any.
        operator: what stands between name and version, such as `==`.
        url: where it is to be had; empty for where its package manager looks.
        inst_vers_format_fn: writes it as its package manager wants it.
    """

    name: str
    version: str
    operator: str
    url: str | None
    inst_vers_format_fn: Callable[[PkgInfo], str] = default_inst_vers_format_fn

    @property
    def lkup_name(self) -> str | list[str]:
        """What it is looked up by: its name, or its name and version."""
        return [self.name, self.version] if self.has_version else self.name

    @property
    def has_version(self) -> bool:
        """Whether a version is wanted."""
        return bool(self.version)

    @property
    def inst_vers(self) -> str:
        """The word of a command line that installs it, quoted for the shell."""
        return shlex.quote(self.inst_vers_format_fn(self))

    def accepts(self, version: str) -> bool:
        """Tell whether an installed version is one that is wanted.

        Args:
            version: the installed version.

        Returns:
            True where no version is wanted, or the two are the same, or the operator is one of PEP 440's and holds.
        """
        if not self.has_version or version == self.version:
            return True
        if self.operator in _EQUAL:
            return False
        try:
            return SpecifierSet(f"{self.operator}{self.version}").contains(version, prereleases=True)
        except (InvalidSpecifier, InvalidVersion):
            return False

    @classmethod
    def from_possible_pair(cls, s: str, join: str | None) -> PkgInfo:
        """Read a name that a version may follow.

        Args:
            s: the name, or the name, what joins the two, and the version.
            join: what joins the two; None where versions can't be named.

        Returns:
            The package.
        """
        name, operator, version = s.rpartition(join) if join else ("", "", s)
        if not name:
            return cls(s, "", join or "", "")
        return cls(name, version, operator, "")

    @classmethod
    def from_pep508(cls, s: str) -> PkgInfo:
        """Read a requirement as Python's package managers write it (PEP 508).

        Extras and markers are left out. What can't be read, or names more than one version, is warned about and
        taken for a name.

        Args:
            s: the requirement.

        Returns:
            The package, its name in lower case.
        """
        try:
            requirement = Requirement(s)
        except InvalidRequirement as error:
            logger.warning("not a PEP 508 requirement, so taken as a package's name: %s (%s)", s, error)
            return cls(s, "", "", "")
        if len(requirement.specifier) > 1:
            logger.warning("more than one version specifier, so taken as a package's name: %s", s)
            return cls(s, "", "", "")
        name = requirement.name.lower()
        for specifier in requirement.specifier:
            return cls(name, specifier.version, specifier.operator, requirement.url or "")
        return cls(name, "", "", requirement.url or "")


Expand = Callable[[str], "Iterable[str | list[str]] | None"]
Current = Mapping[str, "Collection[str] | PackageInfo | bool"]


def ensure_packages(
    host: Host,
    packages_to_ensure: str | list[str] | list[PkgInfo] | None,
    current_packages: Current,
    present: bool,
    install_command: str | StringCommand,
    uninstall_command: str | StringCommand,
    latest: bool = False,
    upgrade_command: str | StringCommand | None = None,
    version_join: str | None = None,
    expand_package_fact: Expand | None = None,
    expand_match_any: bool = False,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages, as far as it is needed.

    Args:
        host: the host, which is told why where nothing is to be done.
        packages_to_ensure: the packages; a str is one package.
        current_packages: the versions of each installed package, or a `PackageInfo`, by its name.
        present: whether they must be installed.
        install_command: the command to which names are added to install them.
        uninstall_command: the same to remove them.
        latest: whether those that are installed must be upgraded; where `current_packages` has `PackageInfo` values,
            those that have a newer version and are not held.
        upgrade_command: the same to upgrade them.
        version_join: what stands between name and version in a str; None where versions can't be named.
        expand_package_fact: gives what stands behind a name that is not itself a package: names, or lists of a
            name and a version.
        expand_match_any: whether it counts as installed when one of those is; else all of them must be.

    Yields:
        At most one command to install or remove, and one to upgrade.
    """
    wanted = _read_packages(packages_to_ensure, version_join)
    lookup = _Lookup(current_packages, expand_package_fact, expand_match_any)
    if not present:
        yield from _remove(host, wanted, lookup, uninstall_command)
        return
    missing: list[PkgInfo] = []
    newer: list[PkgInfo] = []
    for package in wanted:
        if not lookup.is_installed(package):
            missing.append(package)
        elif latest and upgrade_command and not package.has_version:
            kept = lookup.why_not_upgraded(package)
            if kept:
                host.noop(f"package {package.name} is {kept}")
            else:
                newer.append(package)
        else:
            host.noop(f"package {package.name} is installed{lookup.versions(package)}")
    yield from _with_packages(install_command, missing)
    yield from _with_packages(upgrade_command or "", newer)


def _remove(
    host: Host, wanted: list[PkgInfo], lookup: _Lookup, command: str | StringCommand
) -> Generator[StringCommand, None, None]:
    there = []
    for package in wanted:
        if lookup.is_any_installed(package):
            there.append(package)
        else:
            host.noop(f"package {package.name} is not installed")
    yield from _with_packages(command, there)


def _read_packages(packages: str | list[str] | list[PkgInfo] | None, join: str | None) -> list[PkgInfo]:
    given: list[str | PkgInfo] = [packages] if isinstance(packages, str) else [*(packages or ())]
    read = (one if isinstance(one, PkgInfo) else PkgInfo.from_possible_pair(one, join) for one in given)
    return list(dict.fromkeys(read))


def _with_packages(
    command: str | StringCommand, packages: list[PkgInfo]
) -> Generator[StringCommand, None, None]:
    if packages:
        yield StringCommand(command, *(package.inst_vers for package in packages))


class _Lookup:
    """Looks packages up among those that are installed.

    Args:
        current: see `ensure_packages`.
        expand: see `ensure_packages`.
        match_any: see `ensure_packages`.
    """

    def __init__(self, current: Current, expand: Expand | None, match_any: bool) -> None:
        self._current = current
        self._expand = expand
        self._match_any = match_any

    def _versions(self, name: str) -> list[str]:
        """The installed versions of a package that is installed."""
        found = self._current[name]
        if isinstance(found, PackageInfo):
            return list(found.installed_versions)
        if isinstance(found, str):
            return [found]
        return sorted(str(version) for version in found) if isinstance(found, Collection) else []

    def _has(self, package: PkgInfo) -> bool:
        if package.name not in self._current:
            return False
        versions = self._versions(package.name)
        return not package.has_version or any(package.accepts(version) for version in versions)

    def _behind(self, package: PkgInfo) -> list[bool]:
        """Whether each of the packages behind a name that is none is installed."""
        if self._expand is None or package.name in self._current:
            return []
        found = self._expand(package.name) or ()
        names = [
            PkgInfo(name, "", "", "")
            if isinstance(name, str)
            else PkgInfo(name[0], "".join(name[1:2]), "=", "")
            for name in found
        ]
        return [self._has(name) for name in names]

    def is_installed(self, package: PkgInfo) -> bool:
        """Tell whether nothing of a package is missing."""
        behind = self._behind(package)
        if behind:
            return any(behind) if self._match_any else all(behind)
        return self._has(package)

    def is_any_installed(self, package: PkgInfo) -> bool:
        """Tell whether anything of a package is there."""
        return self._has(package) or any(self._behind(package))

    def versions(self, package: PkgInfo) -> str:
        """Write the installed versions, to stand behind a package's name."""
        if package.name not in self._current:
            return ""
        versions = ",".join(version for version in self._versions(package.name) if version)
        return f" ({versions})" if versions else ""

    def why_not_upgraded(self, package: PkgInfo) -> str | None:
        """Write why an installed package needs no upgrade; None where it does, or that is not known."""
        found = self._current.get(package.name)
        if not isinstance(found, PackageInfo):
            return None
        if found.status is PackageStatus.HELD:
            return "held"
        if found.status is PackageStatus.UPGRADEABLE:
            return None
        return f"up to date{self.versions(package)}"
