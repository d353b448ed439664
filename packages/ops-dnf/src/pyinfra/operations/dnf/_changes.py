"""What a transaction of dnf or yum has changed, read from what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# The lists at the end of dnf 4's and yum's output. What was installed again is as it was.
_INSTALLED = frozenset(
    {"Installed", "Dependency Installed", "Upgraded", "Updated", "Dependency Updated", "Downgraded"}
)
_REMOVED = frozenset({"Removed", "Dependency Removed", "Erased", "Replaced", "Obsoleted"})
_REINSTALLED = frozenset({"Reinstalled"})
# The table ahead of dnf 5's transaction, which has no lists at its end.
_TO_BE_INSTALLED = re.compile(r"(Installing|Upgrading|Downgrading)\b")
_TO_BE_REMOVED = re.compile(r"Removing\b")

_HEADING = re.compile(r"([A-Z][A-Za-z ]*):$")
_VERSION = r"(?:(?P<epoch>\d+):)?(?P<version>[^\s:-]+-[^\s:-]+)"
# nginx-1:1.20.1-14.el9.x86_64 of dnf, 1:nginx-1.20.1-14.el7.x86_64 of yum
_PACKAGE = re.compile(rf"(?:(?P<first>\d+):)?(?P<name>\S+?)-{_VERSION}\.(?P<arch>\w+)$")
# nginx.x86_64 1:1.20.1-14.el7 of yum
_PAIR = re.compile(rf"(?P<name>\S+)\.(?P<arch>\w+)\s+{_VERSION}(?=\s|$)")
# nginx    x86_64    1:1.20.1-14.fc41    updates    1.2 MiB
_ROW = re.compile(
    rf"\s+(?P<replacing>replacing\s+)?(?P<name>\S+)\s+(?P<arch>\w+)\s+{_VERSION}\s+\S+\s+[\d.]+ \w+$"
)
_GONE = re.compile(r"\s+Cleanup\s*:\s+(\S+)\s+\d+/\d+\s*$")

Package = tuple[str, str]


def read_changes(output: list[str]) -> list[str]:
    """Read which versions a transaction has changed.

    Args:
        output: what dnf 4, dnf 5 or yum 3 printed, in English.

    Returns:
        A line for each package, such as `nginx 1.22.1-1.el9 -> 1.24.0-1.el9`, `vim-enhanced 9.0-1.el9 installed` or
        `vim-enhanced 9.0-1.el9 removed`. What was only installed again is left out, and where a name was too long for
        dnf's table, so is the version that was there before.
    """
    transaction = _Transaction()
    transaction.read_lists(output)
    if not transaction.found:
        transaction.read_table(output)
    return transaction.lines()


@dataclass
class _Transaction:
    """What was installed, removed and replaced, by name and architecture."""

    installed: list[tuple[Package, str]] = field(default_factory=list)
    removed: list[tuple[Package, str]] = field(default_factory=list)
    replaced: dict[Package, str] = field(default_factory=dict)
    found: bool = False

    def read_lists(self, output: list[str]) -> None:
        for heading, line in _under_headings(output):
            if gone := _GONE.match(line):
                self.replaced.update(_packages(gone.group(1)))
            elif heading in _INSTALLED | _REMOVED | _REINSTALLED:
                self.found = True
                if heading not in _REINSTALLED:
                    (self.installed if heading in _INSTALLED else self.removed).extend(_packages(line))

    def read_table(self, output: list[str]) -> None:
        for heading, line in _under_headings(output):
            row = _ROW.match(line)
            if row is None:
                continue
            package = _package(row)
            if _TO_BE_REMOVED.match(heading):
                self.removed.append(package)
            elif _TO_BE_INSTALLED.match(heading):
                if not row.group("replacing"):
                    self.installed.append(package)
                elif self.installed and self.installed[-1][0] == package[0]:
                    self.replaced.update([package])
                else:
                    self.removed.append(package)

    def lines(self) -> list[str]:
        lines = []
        for package, version in self.installed:
            before = self.replaced.get(package)
            lines.append(
                f"{package[0]} {before} -> {version}" if before else f"{package[0]} {version} installed"
            )
        lines += [f"{package[0]} {version} removed" for package, version in self.removed]
        return list(dict.fromkeys(lines))


def _under_headings(output: list[str]) -> Iterator[tuple[str, str]]:
    """Give each indented line with the last heading above it; an empty line ends what is under a heading."""
    heading = ""
    for line in output:
        if found := _HEADING.match(line):
            heading = found.group(1)
        elif not line.strip():
            heading = ""
        elif line[0].isspace():
            yield heading, line


def _packages(text: str) -> list[tuple[Package, str]]:
    words = [_PACKAGE.match(word) for word in text.split()]
    found = [word for word in words if word]
    return [_package(match) for match in (found if len(found) == len(words) else _PAIR.finditer(text))]


def _package(found: re.Match[str]) -> tuple[Package, str]:
    groups = found.groupdict()
    epoch = groups.get("first") or groups["epoch"] or "0"
    version = groups["version"] if epoch == "0" else f"{epoch}:{groups['version']}"
    return (groups["name"], groups["arch"]), version
