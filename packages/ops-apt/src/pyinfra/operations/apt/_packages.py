"""Packages by name."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Generator, Mapping

from pyinfra import host
from pyinfra.api import OperationValueError, StringCommand, operation
from pyinfra.facts.apt._command import noninteractive_apt, quote_words
from pyinfra.facts.deb import DebPackage, DebPackages
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages

from ._arguments import check_package_names
from ._changes import read_changes
from ._command import LockedCommand
from ._unfinished import with_unfinished
from ._update import update as update_index
from ._upgrade import upgrade as upgrade_all
from ._upgrade import will_change

Installed = Mapping[str, Collection[str]]


@operation(report=read_changes)
def packages(
    packages: str | list[str] | None = None,
    present: bool = True,
    latest: bool = False,
    update: bool = False,
    cache_time: int | None = None,
    upgrade: bool = False,
    force: bool = False,
    no_recommends: bool = False,
    allow_downgrades: bool = False,
    purge: bool = False,
    extra_install_args: str | None = None,
    extra_uninstall_args: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages, and update the index of packages first if asked to.

    apt asks nothing, and keeps configuration files that the user changed. Name real packages: a virtual one (`awk`), of
    which another package is the provider, never counts as installed. The result's `report` says which versions changed.

    Args:
        packages: names of packages, or one. A version may follow as `name=1.2-3` or `name=1.2*`, an architecture
            as `name:arm64`, a release as `name/bookworm-backports`. The path of a package file on the host begins
            with `/` or `./`.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed must be upgraded, except those whose version is named.
        update: whether to update the index of packages first, as `apt.update` does.
        cache_time: for how many seconds the last update of the index is good enough; it means nothing without
            `update`.
        upgrade: whether to upgrade all packages first, as `apt.upgrade` does.
        force: whether to let apt do what may break the host (`--force-yes`).
        no_recommends: whether to leave out packages that the ones installed only recommend.
        allow_downgrades: whether an installed version may be replaced by an older one.
        purge: whether to remove the packages' configuration files with them.
        extra_install_args: further options for `apt-get install`, as words of a command line.
        extra_uninstall_args: further options for `apt-get remove` or `purge`, as words of a command line.

    Raises:
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty, or apt would take it for an option or a removal, or it is there with
            two versions; `latest` packages must not be installed; the quotes in the options are not closed.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.packages(
        name="Install nginx, from an index that is no older than an hour",
        packages=["nginx", "curl"],
        update=True,
        cache_time=3600,
        _sudo=True,
    )
    ```
    """
    names = check_package_names(packages)
    if latest and not present:
        raise OperationValueError("latest=True can't be had with present=False: name one of the two")
    install = _install_options(no_recommends, allow_downgrades, extra_install_args)
    uninstall = _words("extra_uninstall_args", extra_uninstall_args)
    installed = host.get_fact(DebPackages)
    if update:
        yield from update_index._inner(cache_time=cache_time)
    if upgrade:
        yield from upgrade_all._inner()
        installed = host.get_fact(DebPackages)
    known = installed if present else with_unfinished(installed)
    wanted = [_resolve(package, known, present) for package in _read_names(names)]
    install_command = noninteractive_apt(" ".join(["install", *install]), force)
    commands = ensure_packages(
        host,
        wanted,
        _current(wanted, known, getattr(installed, "left_over", ()) if purge and not present else ()),
        present,
        install_command,
        noninteractive_apt(" ".join(["purge" if purge else "remove", *uninstall]), force),
        latest=latest and present and _may_upgrade(wanted, installed),
        upgrade_command=install_command,
    )
    for command in commands:
        yield LockedCommand(command)
    if not names and not (update or upgrade):
        host.noop("no packages were named")


def _install_options(no_recommends: bool, allow_downgrades: bool, extra: str | None) -> list[str]:
    options = ["--no-install-recommends"] if no_recommends else []
    if allow_downgrades:
        options.append("--allow-downgrades")
    return options + _words("extra_install_args", extra)


def _words(what: str, value: str | None) -> list[str]:
    quoted = quote_words(value, what, OperationValueError) if value else ""
    return [quoted] if quoted else []


def _read_names(names: list[str]) -> list[PkgInfo]:
    packages = [
        PkgInfo(name, "", "=", "") if _is_file(name) else PkgInfo.from_possible_pair(name, "=")
        for name in names
    ]
    versions: dict[str, str] = {}
    for package in packages:
        if versions.setdefault(package.name, package.version) != package.version:
            raise OperationValueError(
                f"packages has {package.name!r} with two versions: {versions[package.name]!r} and {package.version!r}"
            )
    return packages


def _is_file(name: str) -> bool:
    """Tell whether apt takes a name for the path of a package file."""
    return name.startswith(("/", "./", "../"))


def _resolve(package: PkgInfo, installed: Installed, present: bool) -> PkgInfo:
    """Put what is installed in the place of what it is known by there.

    A pattern of versions, as apt reads it (`1.2*`), is that of the installed version which it matches; a package file
    is the package in it where that is installed, or is to be removed.
    """
    if _is_file(package.name):
        inside = host.get_fact(DebPackage, package=package.name) or {}
        is_there = inside.get("version") in installed.get(inside.get("name", ""), ())
        return PkgInfo(inside["name"], "", "=", "") if is_there or (inside and not present) else package
    if package.version.endswith("*"):
        start = package.version[:-1]
        for version in sorted(installed.get(_base(package.name), ())):
            if version.startswith(start):
                return package._replace(version=version)
    return package


def _base(name: str) -> str:
    """Give a package's name without the architecture or release that may follow."""
    if _is_file(name):
        return name
    return name.split("/", 1)[0].split(":", 1)[0]


def _current(
    wanted: list[PkgInfo], installed: Installed, left_over: Collection[str]
) -> dict[str, Collection[str]]:
    """Give what is installed, under the names that are asked for too, and what left its configuration."""
    current = dict(installed)
    for package in wanted:
        found = _installed_as(package.name, installed)
        if found:
            current[package.name] = found
    for name in left_over:
        current.setdefault(name, set())
    return current


def _installed_as(name: str, installed: Installed) -> Collection[str]:
    """Give the versions that are installed for a name with an architecture or from a release."""
    versions = installed.get(_base(name), ())
    if _is_file(name):
        return versions
    plain, slash, _release = name.partition("/")
    _, colon, architecture = plain.partition(":")
    if colon and architecture != "any":
        architectures: dict[str, str] = getattr(versions, "architectures", {})
        version = architectures.get(architecture) or architectures.get("all")
        versions = {version} if version else ()
    if slash and versions and will_change(f"install {shlex.quote(name)}"):
        return ()
    return versions


def _may_upgrade(wanted: list[PkgInfo], installed: Installed) -> bool:
    """Tell whether apt would change any of the wanted packages that are installed in any version."""
    names = [
        package.name
        for package in wanted
        if not package.has_version and _installed_as(package.name, installed)
    ]
    return bool(names) and will_change(" ".join(["install", *map(shlex.quote, names)]))
