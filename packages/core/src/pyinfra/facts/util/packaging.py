"""Parsers of what package managers print and of the files that name their repositories."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = [
    "REPO_FILENAME_MARKER",
    "PackageVersionDict",
    "parse_packages",
    "parse_yum_repositories",
    "parse_zypper_repositories",
]

PackageVersionDict = dict[str, set[str]]

REPO_FILENAME_MARKER = "#pyinfra-filename:"

_COMMENTS = ("#", ";")
_OPTION = re.compile(r"\s*[A-Za-z][\w.-]*\s*=")


def parse_packages(regex: str, output: Iterable[str]) -> PackageVersionDict:
    """Parse a list of packages, one a line.

    Args:
        regex: matches a whole line that names a package; its first group is the name, its second the version.
        output: the lines. Those that do not match are left out.

    Returns:
        The versions of each package, by its name.
    """
    pattern = re.compile(regex)
    packages: PackageVersionDict = {}
    for line in output:
        if found := pattern.match(line):
            packages.setdefault(found.group(1), set()).add(found.group(2))
    return packages


def parse_yum_repositories(output: Iterable[str]) -> list[dict[str, str]]:
    """Parse the repository files of yum and dnf (`yum.conf(5)`).

    Args:
        output: lines of the files, each file behind a line of `REPO_FILENAME_MARKER` and its path.

    Returns:
        A dict for each section, with its options, `repoid`, `name`, and `filename` where there was a marker. A
        value of several lines keeps its newlines.
    """
    repositories: list[dict[str, str]] = []
    origin: dict[str, str] = {}
    current: dict[str, str] | None = None
    option = ""
    for line in output:
        text = line.strip()
        if text.startswith(REPO_FILENAME_MARKER):
            origin, current = {"filename": text[len(REPO_FILENAME_MARKER) :].strip()}, None
        elif not text or text.startswith(_COMMENTS):
            continue
        elif text.startswith("[") and text.endswith("]"):
            current, option = {"repoid": text[1:-1], "name": text[1:-1], **origin}, ""
            repositories.append(current)
        elif current is not None and _OPTION.match(line):
            option, value = (part.strip() for part in text.split("=", 1))
            current[option] = value
        elif current is not None and option and line[0].isspace():
            current[option] = f"{current[option]}\n{text}".strip()
    return repositories


def parse_zypper_repositories(output: Iterable[str]) -> list[dict[str, str]]:
    """Parse the repository files of zypper, which have the form of yum's; see `parse_yum_repositories`."""
    return parse_yum_repositories(output)
