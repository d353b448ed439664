"""What installed distributions say of themselves.

Their metadata is read here rather than by the library that finds them: that would parse all of it, descriptions too, at
every start and for every plugin that is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyinfra.version import __version__

GROUPS = ("operations", "facts", "connectors", "plugins")
CORE = "pyinfra-core"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIELD = re.compile(r"^(Name|Version|Keywords|Requires-Dist):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Plugin:
    """One entry point of an installed distribution.

    Attributes:
        kind: `operations`, `facts`, `connectors` or `plugins`.
        name: the name it provides.
        target: the object reference, `module` or `module:attribute`.
        distribution: the distribution's name.
        version: its version.
        tags: the distribution's keywords that are slugs.
        requires: what the distribution requires that may be core.
    """

    kind: str
    name: str
    target: str
    distribution: str
    version: str
    tags: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()

    @property
    def advice(self) -> str:
        """What a user can do about one that does not work."""
        if self.distribution == CORE or f"{CORE}=={__version__}" in self.requires:
            return f"install it anew: pip install --force-reinstall {self.distribution}=={self.version}"
        return f"install a version that works, or do without it: pip uninstall {self.distribution}"

    @property
    def refused(self) -> str | None:
        """Why it can't be used with this core; None where it can."""
        for line in self.requires:
            # Our own say so, and need not wait for what reads requirements to be loaded.
            if line == f"{CORE}=={__version__}":
                continue
            try:
                wanted = _core_bounds(line)
            except ValueError as error:
                return (
                    f"{self.distribution} {self.version} requires {line!r}, which is no requirement: {error}; "
                    f"{self.advice}"
                )
            if wanted is not None and not wanted.contains(__version__, prereleases=True):
                return (
                    f"{self.distribution} {self.version} needs {CORE}{wanted}, installed is {__version__}: "
                    f"install versions that fit, or do without it: pip uninstall {self.distribution}"
                )
        return None

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} of {self.distribution} {self.version}"


@dataclass(frozen=True)
class About:
    """What a distribution's metadata says.

    Attributes:
        name: its name, normalised.
        version: its version.
        tags: its keywords that are slugs.
        requires: what it requires that may be core.
    """

    name: str
    version: str
    tags: tuple[str, ...]
    requires: tuple[str, ...]


def normalized(name: str) -> str:
    """Give a distribution's name as all ways to write it have it in common."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_about(distribution: Any) -> About:
    """Read a distribution's metadata.

    Args:
        distribution: one of `importlib.metadata`.

    Raises:
        ValueError: it has no name.
    """
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    # A line that begins with a space goes on with the one before; a description follows the first empty one.
    head = re.sub(r"\n[ \t]+", " ", text.partition("\n\n")[0])
    fields = [(name, value.strip()) for name, value in _FIELD.findall(head)]
    first = dict(reversed(fields))
    if not first.get("Name"):
        raise ValueError("its metadata has no name")
    words = re.split(r"[,\s]+", first.get("Keywords", ""))
    required = [value for name, value in fields if name == "Requires-Dist"]
    return About(
        normalized(first["Name"]),
        first.get("Version", "of no version"),
        tuple(word for word in words if _SLUG.fullmatch(word)),
        tuple(line for line in required if normalized(line).startswith(CORE)),
    )


def read_plugins(about: About, points: str) -> Iterator[Plugin]:
    """Read a distribution's entry points.

    Args:
        about: what its metadata says.
        points: its `entry_points.txt`.

    Yields:
        Those that are plugins.

    Raises:
        ValueError: a line in a group of ours is no entry point.
    """
    kind = None
    for line in map(str.strip, points.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            start, _, group = line[1:-1].strip().partition(".")
            kind = group if start == "pyinfra" and group in GROUPS else None
        elif kind is not None and line and not line.startswith("#"):
            name, separator, target = (part.strip() for part in line.partition("="))
            if not (name and separator and target):
                raise ValueError(f"entry_points.txt: {line!r} is no entry point (NAME = MODULE:ATTRIBUTE)")
            yield Plugin(kind, name, target, about.name, about.version, about.tags, about.requires)


def _core_bounds(line: str) -> Any:
    """Give the versions of core that a requirement allows; None where it is about something else."""
    from packaging.requirements import Requirement

    wanted = Requirement(line)
    if normalized(wanted.name) != CORE or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
        return None
    return wanted.specifier
