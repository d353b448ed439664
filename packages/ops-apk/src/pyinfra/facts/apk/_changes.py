"""What a transaction of apk changes, read from what it prints."""

from __future__ import annotations

import re

_STEP = re.compile(
    r"\(\d+/\d+\) (?P<verb>Installing|Purging|Upgrading|Downgrading|Replacing|Reinstalling) "
    r"(?P<name>[^\s@]+)(?:@\S+)? \((?P<version>[^\s()]+)(?: -> (?P<after>[^\s()]+))?\)"
)


def read_changes(output: list[str]) -> list[str]:
    """Read which versions a transaction has changed, or would.

    Args:
        output: what apk printed.

    Returns:
        A line for each package, such as `nginx 1.24.0-r6 -> 1.24.0-r7`, `vim 9.0-r0 installed` or `vim 9.0-r0
        removed`. What is replaced by the same version is left out.
    """
    steps = [found for line in output if (found := _STEP.match(line))]
    return list(dict.fromkeys(line for step in steps if (line := _line(step))))


def _line(step: re.Match[str]) -> str | None:
    name, version, after = step.group("name", "version", "after")
    if after:
        return f"{name} {version} -> {after}" if after != version else None
    how = {"Installing": "installed", "Purging": "removed"}.get(step.group("verb"))
    return f"{name} {version} {how}" if how else None
