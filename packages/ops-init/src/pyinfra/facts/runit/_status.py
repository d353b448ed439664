"""What `sv` tells of services."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import override

from ._quoting import double_quoted

LINE = re.compile(r"(run|down|finish|fail|warning): (.+?): .*")


class RunitStatus(FactBase[dict[str, bool | None]]):
    """Tells which services runit runs, from `sv status`.

    A service that is ending, or that `sv` can't ask about, is None.

    ```
    {
        "agetty-tty1": True,
        "dhcpcd": False,
        "wpa_supplicant": None,
    }
    ```
    """

    side_effect_free = True
    service: str | None = None

    @override
    def requires_command(self, service: str | None = None, svdir: str = "/var/service") -> str:
        return "sv"

    def command(self, service: str | None = None, svdir: str = "/var/service") -> str:
        """Word the `sv status`.

        Args:
            service: the only service to ask about; None for all.
            svdir: the directory that runit watches.

        Returns:
            The command.
        """
        self.service = service
        folder = double_quoted(svdir)
        if service is None:
            return (
                f'export SVDIR={folder} && cd "$SVDIR" && '
                "find * -maxdepth 0 -exec sv status {} + 2>/dev/null"
            )
        options_end = "-- " if service.startswith("-") else ""
        return f"SVDIR={folder} sv status {options_end}{double_quoted(service)}"

    @override
    @staticmethod
    def default() -> dict[str, bool | None]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool | None]:
        if self.service is not None:
            return self._process_one(self.service, output)
        matches = (LINE.fullmatch(line) for line in output)
        return {found[2]: _status(found[1]) for found in matches if found}

    @staticmethod
    def _process_one(service: str, output: list[str]) -> dict[str, bool | None]:
        state, colon, rest = "\n".join(output).partition(": ")
        return {service: _status(state)} if colon and rest.startswith(f"{service}: ") else {}


def _status(state: str) -> bool | None:
    return {"run": True, "down": False}.get(state)
