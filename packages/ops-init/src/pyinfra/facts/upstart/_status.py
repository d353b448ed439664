"""What `initctl` tells of jobs."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import override

# Jobs with instances, such as `network-interface (lo)`, have no single state and are left out.
LINE = re.compile(r"(\S+) (?:start|stop)/([a-z-]+)(?:,.*)?")


class UpstartStatus(FactBase[dict[str, bool]]):
    """Tells which Upstart jobs run, from `initctl list`.

    ```
    {
        "cron": True,
        "plymouth-shutdown": False,
    }
    ```
    """

    command = "initctl list"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "initctl"

    @override
    @staticmethod
    def default() -> dict[str, bool]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool]:
        matches = (LINE.fullmatch(line) for line in output)
        return {found[1]: found[2] == "running" for found in matches if found}
