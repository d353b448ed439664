"""Packages as pip, pipx and uv name them: PEP 508 requirements, files and URLs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.facts.pip._packages import parse_archive
from pyinfra.operations.util.packaging import PkgInfo

if TYPE_CHECKING:
    from pyinfra.facts.util.packaging import PackageVersionDict


def read_packages(packages: str | list[str] | None, present: bool, what: str = "packages") -> list[PkgInfo]:
    """Read names of packages, with what may follow them.

    Args:
        packages: requirements, files or URLs, or one.
        present: whether they are to be installed; else they are to be removed, for which each must have a name.
        what: the argument's name.

    Returns:
        The packages, each once, that write themselves as they are to be installed or removed.

    Raises:
        OperationTypeError: one is no str.
        OperationValueError: one is empty or would be taken for an option, or can't be removed without a name.
    """
    given = [packages] if isinstance(packages, str) else list(packages or ())
    for text in given:
        if not isinstance(text, str):
            raise OperationTypeError(f"{what} must be names, not {text!r}")
        if not text.strip() or text.strip().startswith("-"):
            raise OperationValueError(f"{what} must be names, not {text!r}; options are extra arguments")
    return [_read(text, present, what) for text in dict.fromkeys(text.strip() for text in given)]


def _read(text: str, present: bool, what: str) -> PkgInfo:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return _read_file(text, present, what)
    if (requirement.url or "").startswith("-"):
        raise OperationValueError(f"{what} must not be at a URL that is an option, as {text!r}")
    name, specifiers = requirement.name.lower(), list(requirement.specifier)
    operator = specifiers[0].operator if len(specifiers) == 1 else ""
    versions = str(requirement.specifier)
    written = _to_install(requirement, text) if present else f"{name}{versions}"
    return PkgInfo(name, versions.removeprefix(operator), operator, requirement.url, _write(written))


def _to_install(requirement: Requirement, text: str) -> str:
    """Write what a requirement asks for, its name in lower case; a URL alone where nothing else counts."""
    if requirement.url:
        return text if requirement.extras or requirement.marker else requirement.url
    if requirement.extras or requirement.marker or len(list(requirement.specifier)) > 1:
        return text
    return f"{requirement.name.lower()}{requirement.specifier}"


def _read_file(text: str, present: bool, what: str) -> PkgInfo:
    """Read what is no requirement: a wheel or source archive has a name and a version, anything else has neither."""
    archive = parse_archive(text)
    if archive is not None:
        return PkgInfo(archive[0], archive[1], "==", "", _write(text if present else archive[0]))
    if not present:
        raise OperationValueError(f"{what} must be names of packages to remove them, not {text!r}")
    return PkgInfo(text, "", "", text, _write(text))


def _write(text: str) -> Callable[[PkgInfo], str]:
    return lambda _package: text


def by_name(package: PkgInfo) -> PkgInfo:
    """Give a package that writes itself as its name alone, for tools that remove by name."""
    return package._replace(inst_vers_format_fn=lambda found: found.name)


def resolve(
    wanted: list[PkgInfo], installed: PackageVersionDict
) -> tuple[list[PkgInfo], dict[str, Collection[str]]]:
    """Look for wanted packages among the installed ones, whose names may be spelt otherwise.

    Args:
        wanted: the packages.
        installed: the versions of each installed package, by its name.

    Returns:
        The packages, with the installed version in the place of a specifier that it satisfies, and what is
        installed, by the names by which they are wanted.
    """
    normal = {canonicalize_name(name): versions for name, versions in installed.items()}
    current: dict[str, Collection[str]] = {}
    resolved = []
    for package in wanted:
        found = normal.get(canonicalize_name(package.name))
        if found is not None:
            versions = [found] if isinstance(found, str) else sorted(found)
            current[package.name] = versions
            package = _pin(package, versions)  # noqa: PLW2901 - the same package, better known
        resolved.append(package)
    return resolved, current


def _pin(package: PkgInfo, versions: list[str]) -> PkgInfo:
    if package.has_version:
        for version in versions:
            if _satisfies(version, f"{package.operator}{package.version}"):
                return package._replace(version=version)
    return package


def _satisfies(version: str, specifiers: str) -> bool:
    try:
        return SpecifierSet(specifiers).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False
