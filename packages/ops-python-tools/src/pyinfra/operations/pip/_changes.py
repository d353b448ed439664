"""What has changed, read out of what pip, pipx and uv print."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.utils import canonicalize_name

_COLLECTED = re.compile(r"Installing collected packages: (.+)")
_FOUND = re.compile(r"\s*Found existing installation: (\S+) (\S+)")
_UNINSTALLED = re.compile(r"\s*Successfully uninstalled (\S+)")
_INSTALLED = re.compile(r"Successfully installed (.+)")

_PIPX_INSTALLED = re.compile(r"\binstalled package (\S+) (\d\S*), installed using Python ")
_PIPX_UPGRADED = re.compile(r"\bupgraded package (\S+) from (\d\S*) to (\d\S*) \(location:")
_PIPX_UNINSTALLED = re.compile(r"\buninstalled (\S+)!")

UV_CHANGE = re.compile(r" ([-+~]) ([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)(?: \(from .*\))?")
# A Python has a key that holds its version.
UV_PYTHON = re.compile(r" ([-+~]) ([a-z]+-\d+\.\d+\S*)(?: \(.*\))?")


class _Changes:
    """Versions before and after, by the normal form of packages' names: versions of pip spell them as they like."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._after: dict[str, str] = {}
        self._names: dict[str, None] = {}

    def remove(self, name: str, version: str) -> None:
        """Note that a version is gone."""
        key = canonicalize_name(name)
        self._names[key] = None
        if self._after.pop(key, None) is None:
            self._before.setdefault(key, version)

    def install(self, name: str, version: str) -> None:
        """Note that a version is there."""
        key = canonicalize_name(name)
        self._names[key] = None
        self._after[key] = version

    def lines(self) -> list[str]:
        """Write the changes, in the order in which packages were first told of."""
        return [line for name in self._names if (line := self._line(name))]

    def _line(self, name: str) -> str | None:
        before, after = self._before.get(name), self._after.get(name)
        if after is None:
            return f"{name} {before} removed" if before else None
        if before is None:
            return f"{name} {after} installed"
        return f"{name} {after} reinstalled" if before == after else f"{name} {before} -> {after}"


def pip_changes(lines: list[str]) -> list[str]:
    """Read what pip has changed.

    Args:
        lines: what `pip install` and `pip uninstall` printed.

    Returns:
        A line for each package: `name 1.0 -> 2.0`, `name 2.0 installed`, `name 1.0 removed`, `name 1.0 reinstalled`.
    """
    changes, collected, found = _Changes(), set[str](), dict[str, tuple[str, str]]()
    for line in lines:
        if match := _COLLECTED.fullmatch(line):
            collected = {canonicalize_name(name) for name in match[1].split(", ")}
        elif match := _FOUND.fullmatch(line):
            found[f"{match[1]}-{match[2]}"] = match[1], match[2]
        elif match := _UNINSTALLED.fullmatch(line):
            # A found one that belongs to the system stays.
            if match[1] in found:
                changes.remove(*found[match[1]])
        elif match := _INSTALLED.fullmatch(line):
            for word in match[1].split():
                if split := _split(word, collected):
                    changes.install(*split)
    return changes.lines()


def _split(word: str, names: Iterable[str]) -> tuple[str, str] | None:
    """Take apart `name-version`, either of which may hold a dash; None where no known name fits."""
    parts = word.split("-")
    for length in range(len(parts) - 1, 0, -1):
        name = "-".join(parts[:length])
        if canonicalize_name(name) in names:
            return name, "-".join(parts[length:])
    return None


def uv_changes(lines: list[str]) -> list[str]:
    """Read what uv has changed.

    Args:
        lines: what `uv pip` and `uv tool` printed.

    Returns:
        Lines as those of `pip_changes`.
    """
    changes = _Changes()
    for line in lines:
        if match := UV_CHANGE.fullmatch(line):
            sign, name, version = match.groups()
            if sign != "+":
                changes.remove(name, version)
            if sign != "-":
                changes.install(name, version)
    return changes.lines()


def uv_python_changes(lines: list[str]) -> list[str]:
    """Read which Pythons uv has installed or removed.

    Args:
        lines: what `uv python install` and `uv python uninstall` printed.

    Returns:
        A line for each: `cpython-3.12.4-linux-x86_64-gnu installed`, and so on with `removed` and `reinstalled`.
    """
    words = {"+": "installed", "-": "removed", "~": "reinstalled"}
    found = (UV_PYTHON.fullmatch(line) for line in lines)
    return [f"{match[2]} {words[match[1]]}" for match in found if match]


def pipx_changes(lines: list[str]) -> list[str]:
    """Read what pipx has changed.

    Args:
        lines: what `pipx` printed; it breaks long lines between words.

    Returns:
        A line for each package: `name 1.0 -> 2.0`, `name 2.0 installed`, `name removed`.
    """
    text = " ".join(" ".join(lines).split())
    return [
        *(f"{name} {before} -> {after}" for name, before, after in _PIPX_UPGRADED.findall(text)),
        *(f"{name} {version} installed" for name, version in _PIPX_INSTALLED.findall(text)),
        *(f"{name} removed" for name in _PIPX_UNINSTALLED.findall(text)),
    ]
