"""Packages by name, as dnf and yum install, upgrade and remove them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import OperationValueError, StringCommand
from pyinfra.facts.rpm import RpmPackageProvides, RpmPackages
from pyinfra.facts.rpm._will_change import WillChangeBase, quote_words
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages

from ._arguments import check_package_names
from ._install import InstallCommand

Installed = Mapping[str, Collection[str]]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+\-]*")
_VERSION = re.compile(r"[A-Za-z0-9_.+:~^\-]+")
# A version or an architecture may follow the name: name-1.2-3, name.x86_64
_MORE_THAN_A_NAME = re.compile(
    r".+-\d|.+\.(noarch|src|x86_64(_v\d)?|i[3-6]86|aarch64|armv7hl|ppc64(le)?|s390x?|riscv64|loongarch64)$"
)


@dataclass(frozen=True)
class Manager:
    """A package manager of the rpm family.

    Attributes:
        tool: its command.
        will_change: the fact that tells whether a command of it would change anything.
    """

    tool: str
    will_change: type[WillChangeBase]

    def changes(self, *words: str) -> bool:
        """Tell whether a command would change anything.

        Args:
            *words: the words that follow the tool's name, quoted.

        Returns:
            False only where the tool says so.
        """
        return host.get_fact(self.will_change, command=" ".join(words))


def manage_packages(
    manager: Manager,
    packages: str | list[str] | None,
    present: bool,
    latest: bool,
    update: bool,
    clean: bool,
    nobest: bool,
    extra_install_args: str | None,
    extra_uninstall_args: str | None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages, as far as it is needed; see `dnf.packages` for the arguments.

    Yields:
        The commands.
    """
    names = check_package_names(packages)
    if latest and not present:
        raise OperationValueError("latest=True can't be had with present=False: name one of the two")
    install = [
        "install",
        *(["--nobest"] if nobest else []),
        *_words("extra_install_args", extra_install_args),
    ]
    remove = ["remove", *_words("extra_uninstall_args", extra_uninstall_args)]
    installed = host.get_fact(RpmPackages)
    if clean:
        yield StringCommand(manager.tool, "clean all")
    if update:
        yield StringCommand(manager.tool, "update -y")
        installed = host.get_fact(RpmPackages)
    wanted = [_read(name, installed) for name in names]
    by_name = {package.name: package for package in wanted}
    current = _with_others(wanted, installed, manager, present, install if present else remove)
    commands = ensure_packages(
        host,
        wanted,
        current,
        present,
        StringCommand(manager.tool, install[0], "-y", *install[1:]),
        StringCommand(manager.tool, remove[0], "-y", *remove[1:]),
        latest=latest and present and _may_upgrade(wanted, current, manager),
        upgrade_command=StringCommand(manager.tool, "update -y"),
        # What is to be removed is removed in any version.
        expand_package_fact=lambda name: [pair if present else pair[0] for pair in _providers(by_name[name])],
        expand_match_any=True,
    )
    yield from map(InstallCommand, commands) if present else commands
    if not names and not (update or clean):
        host.noop("no packages were named")


def _words(what: str, value: str | None) -> list[str]:
    quoted = quote_words(value, what, OperationValueError) if value else ""
    return [quoted] if quoted else []


def _read(name: str, installed: Installed) -> PkgInfo:
    """Read a name that `=` and a version may follow; what is installed of that version counts, with any release."""
    plain, _, version = name.rpartition("=")
    if not (_NAME.fullmatch(plain) and _VERSION.fullmatch(version)):
        return PkgInfo(name, "", "", "")
    epochless = version.rpartition(":")[2]
    for there in sorted(installed.get(plain, ())):
        if epochless in (there, there.rpartition("-")[0]):
            version = there
    return PkgInfo(plain, version, "=", "", _install_word)


def _install_word(package: PkgInfo) -> str:
    return f"{package.name}-{package.version}"


def _is_plain(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _MORE_THAN_A_NAME.match(name)


def _with_others(
    wanted: list[PkgInfo], installed: Installed, manager: Manager, present: bool, command: list[str]
) -> dict[str, Collection[str]]:
    """Add what is no plain name (groups, files, patterns, names with architectures) to what is installed.

    Only the package manager knows what these stand for; it tells by what it would do.
    """
    current = dict(installed)
    others = [package.name for package in wanted if package.name not in installed and _is_other(package)]
    if others and manager.changes(*command, *map(shlex.quote, others)) is not present:
        current.update((name, set()) for name in others)
    return current


def _is_other(package: PkgInfo) -> bool:
    return not package.has_version and not _is_plain(package.name)


def _providers(package: PkgInfo) -> list[list[str]]:
    """Give the packages that provide a name that is none, each with its version."""
    if package.has_version or _is_other(package):
        return []
    return [list(pair) for pair in host.get_fact(RpmPackageProvides, package=package.name) or []]


def _may_upgrade(wanted: list[PkgInfo], current: Installed, manager: Manager) -> bool:
    """Tell whether an upgrade would change any of the wanted packages that are installed in any version."""
    names = [
        package.name
        for package in wanted
        if not package.has_version
        and (
            package.name in current
            or any(version in current.get(name, ()) for name, version in _providers(package))
        )
    ]
    return bool(names) and manager.changes("update", *map(shlex.quote, names))
