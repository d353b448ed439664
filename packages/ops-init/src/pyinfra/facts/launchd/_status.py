"""What `launchctl` tells of services."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import override

LINE = re.compile(r"(\d+|-)\s+(-?\d+|-)\s+(\S.*)")


class LaunchdStatus(FactBase[dict[str, bool]]):
    """Tells which services that launchd has loaded run, from `launchctl list`: those with a process.

    ```
    {
        "com.apple.soagent": True,
        "com.apple.Spotlight": False,
    }
    ```
    """

    command = "launchctl list"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "launchctl"

    @override
    @staticmethod
    def default() -> dict[str, bool]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool]:
        matches = (LINE.fullmatch(line.rstrip()) for line in output)
        return {found[3]: found[1] != "-" for found in matches if found}
