"""What `rc-update` tells of services."""

from __future__ import annotations

from pyinfra.api import FactBase
from typing_extensions import override


class OpenrcEnabled(FactBase[dict[str, bool]]):
    """Tells which OpenRC services are in a runlevel, from `rc-update show -v`.

    ```
    {
        "sshd": True,
        "bootmisc": False,
    }
    ```
    """

    side_effect_free = True
    runlevel = "default"

    @override
    def requires_command(self, runlevel: str = "default") -> str:
        return "rc-update"

    def command(self, runlevel: str = "default") -> str:
        """Word the `rc-update show`.

        Args:
            runlevel: the runlevel to look for.

        Returns:
            The command, which is the same for each runlevel.
        """
        self.runlevel = runlevel
        return "rc-update show -v"

    @override
    @staticmethod
    def default() -> dict[str, bool]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool]:
        found = {}
        for line in output:
            service, bar, runlevels = line.partition("|")
            if bar and service.strip():
                found[service.strip()] = self.runlevel in runlevels.split()
        return found
