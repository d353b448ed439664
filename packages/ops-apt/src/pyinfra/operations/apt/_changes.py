"""What apt and dpkg have changed, read from what they printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"(?P<name>[a-z0-9][a-z0-9+.\-]+)(?::[a-z0-9\-]+)?"
_VERSION = r"[A-Za-z0-9.+:~\-]+"
# The lines that dpkg prints of each package, in English: `libc6:amd64 (2.36-9) over (2.36-8) ...`.
_UNPACKED = re.compile(
    rf"Unpacking {_NAME} \((?P<new>{_VERSION})\)(?: over \((?P<old>{_VERSION})\))? \.\.\.$"
)
_REMOVED = re.compile(rf"Removing {_NAME} \((?P<old>{_VERSION})\)(?:, to allow configuration of .*)? \.\.\.$")
_PURGED = re.compile(rf"Purging configuration files for {_NAME} \((?P<old>{_VERSION})\) \.\.\.$")


@dataclass
class _Change:
    """The version of one package before and after; None where it was not, or is not, installed.

    Attributes:
        old: before.
        new: after.
        purged: the version whose configuration files were removed.
    """

    old: str | None
    new: str | None
    purged: str | None = None

    def describe(self, name: str) -> str | None:
        """Say what has changed; None where nothing has."""
        if self.old and self.new:
            return None if self.old == self.new else f"{name} {self.old} -> {self.new}"
        if self.new:
            return f"{name} {self.new} installed"
        if self.old:
            return f"{name} {self.old} removed"
        return f"{name} {self.purged} purged" if self.purged else None


def read_changes(output: list[str]) -> list[str]:
    """Read which versions of packages apt or dpkg has changed.

    Args:
        output: what `apt-get` and `dpkg` printed on stdout, in English, of one command or several after each other.

    Returns:
        A line for each package, such as `nginx 1.22.1-9 -> 1.24.0-1`, `vim 9.0-1 installed`, `vim 9.0-1 removed`, or
        `vim 9.0-1 purged` where only its configuration files were still there. What was only installed again is left
        out.
    """
    changes: dict[str, _Change] = {}
    for printed in output:
        # apt gives dpkg a terminal, where lines end in a carriage return, and progress is written over.
        line = printed.rstrip("\r").rpartition("\r")[2]
        # Of a package for several architectures, each is told apart by what follows the colon.
        if found := _UNPACKED.match(line):
            change = changes.setdefault(_key(found), _Change(found["old"], None))
            change.new, change.purged = found["new"], None
        elif found := _REMOVED.match(line):
            changes.setdefault(_key(found), _Change(found["old"], None)).new = None
        elif found := _PURGED.match(line):
            changes.setdefault(_key(found), _Change(None, None)).purged = found["old"]
    told = (change.describe(key.partition(":")[0]) for key, change in changes.items())
    return list(dict.fromkeys(line for line in told if line))


def _key(found: re.Match[str]) -> str:
    """The package's name, and the architecture where dpkg gives it."""
    return found.string[found.start("name") :].split(" ", 1)[0]
