"""Packages by name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Generator, Mapping

from pyinfra import host, state
from pyinfra.api import OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.facts.apk import ApkPackages, ApkWillChange, ApkWorld
from pyinfra.facts.apk._changes import read_changes
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages
from pyinfra.operations.util.tools import check_tool

from ._add import add_whole, repair
from ._upgrade import update as update_index
from ._upgrade import upgrade as upgrade_all

Installed = Mapping[str, Collection[str]]

_NAME = r"[A-Za-z0-9_.+\-]+"
_PLAIN = re.compile(_NAME)
_VERSION = re.compile(rf"({_NAME})=([^=<>~@\s]+)")
_TAGGED = re.compile(rf"({_NAME})@[^\s@]+")
_CONSTRAINED = re.compile(rf"({_NAME})[@<>~=]\S+")


@operation(report=read_changes)
def packages(
    packages: str | list[str] | None = None,
    present: bool = True,
    latest: bool = False,
    update: bool = False,
    upgrade: bool = False,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages.

    A package that others need is not removed, but only taken out of what apk holds the host to.

    Args:
        packages: names of packages, or one. A version may follow as `name=1.2-r3`; to install, a range of versions as
            `name>1.2` or `name~1.2`, the tag of a repository as `name@edge`, or what the package provides, as
            `cmd:curl`.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed must be upgraded, except those whose version is named with `=`.
        update: whether to fetch the index of packages first, in any case.
        upgrade: whether to upgrade all packages first, in any case.

    Raises:
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty or would be taken for an option; or what is to be upgraded or removed is
            not given by its package's name.
        OperationError: the host has no apk.

    **Example:**

    ```python
    from pyinfra.operations import apk

    apk.packages(
        name="Install nginx from a fresh index",
        packages=["nginx"],
        update=True,
        _sudo=True,
    )
    ```
    """
    wanted = [_read(name) for name in _checked(packages)]
    if not present:
        wanted = [_to_remove(package) for package in wanted]
    elif latest:
        _check_names_of_packages(wanted)
    installed = host.get_fact(ApkPackages)
    if not installed:
        check_tool(state, host, "apk")
    if update:
        yield from update_index._inner()
    if upgrade:
        yield from upgrade_all._inner()
        installed = host.get_fact(ApkPackages)
    current: Installed = installed
    if present:
        yield from repair(wanted, installed)
        wanted, current = _to_install(wanted, installed)
    commands = ensure_packages(
        host,
        wanted,
        current,
        present,
        "apk add",
        "apk del",
        latest=latest and present and _may_upgrade(wanted, current),
        upgrade_command="apk upgrade",
    )
    new = [name for package in wanted if (name := _base(package.name)) not in {*installed, *current}]
    for command in commands:
        yield add_whole(command, new) if command.get_raw_value().startswith("apk add ") else command
    if not wanted and not (update or upgrade):
        host.noop("no packages were named")


def _checked(packages: str | list[str] | None) -> list[str]:
    names = [packages] if isinstance(packages, str) else list(packages or ())
    for name in names:
        if not isinstance(name, str):
            raise OperationTypeError(f"packages must be names of packages, not {name!r}")
        if not name.strip() or name.startswith("-"):
            raise OperationValueError(f"packages must be names of packages, not {name!r}")
    return names


def _read(name: str) -> PkgInfo:
    """Read a name that a version may follow."""
    versioned = _VERSION.fullmatch(name)
    if versioned is None:
        return PkgInfo(name, "", "", "")
    return PkgInfo(versioned.group(1), versioned.group(2), "=", "")


def _check_names_of_packages(wanted: list[PkgInfo]) -> None:
    for package in wanted:
        if not (_PLAIN.fullmatch(package.name) or _CONSTRAINED.fullmatch(package.name)):
            raise OperationValueError(
                f"to be upgraded, a package must be given by its name, not as {package.name!r}"
            )


def _to_remove(package: PkgInfo) -> PkgInfo:
    """Give a package by its name alone, without the tag of a repository."""
    if package.has_version or _PLAIN.fullmatch(package.name):
        return package
    tagged = _TAGGED.fullmatch(package.name)
    if tagged is None:
        raise OperationValueError(
            f"to be removed, a package must be given by its name, not as {package.name!r}"
        )
    return package._replace(name=tagged.group(1))


def _to_install(
    wanted: list[PkgInfo], installed: Installed
) -> tuple[list[PkgInfo], dict[str, Collection[str]]]:
    """Give what is wanted and what is installed, with tags, ranges and capabilities resolved.

    These count as installed where apk holds the host to them. Of those with a package's name, it is the package that is
    upgraded then, since to add it by that name would take the tag or range away.
    """
    current = dict(installed)
    if all(_PLAIN.fullmatch(package.name) for package in wanted):
        return wanted, current
    world = host.get_fact(ApkWorld)
    resolved = []
    for package in wanted:
        constrained = _CONSTRAINED.fullmatch(package.name)
        if package.name not in world or _PLAIN.fullmatch(package.name):
            resolved.append(package)
        elif constrained is None:
            current[package.name] = set()
            resolved.append(package)
        else:
            there = constrained.group(1) in installed
            resolved.append(package._replace(name=constrained.group(1)) if there else package)
    return resolved, current


def _base(name: str) -> str:
    """Give a package's name without the tag or range that may follow."""
    constrained = _CONSTRAINED.fullmatch(name)
    return constrained.group(1) if constrained else name


def _may_upgrade(wanted: list[PkgInfo], current: Installed) -> bool:
    """Tell whether an upgrade would change any of the wanted packages that are installed in any version."""
    names = [package.name for package in wanted if not package.has_version and package.name in current]
    return bool(names) and host.get_fact(
        ApkWillChange, command=" ".join(["upgrade", *map(shlex.quote, names)])
    )
