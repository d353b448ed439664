"""What `rc-status` and `rc-service` tell of services."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import override

# What OpenRC says of itself, such as that it reads dependencies, has spaces.
LINE = re.compile(r"\s*([^\s\[]+)\s*\[\s*([a-z]+)\b.*\]\s*")

# What `rc-service SERVICE status` exits with, from OpenRC's runscript.
EXIT_CODES = {0: True, 3: False, 16: False, 32: False}
NO_SUCH_SERVICE = 1


class OpenrcStatus(FactBase[dict[str, bool]]):
    """Tells which OpenRC services of a runlevel are started, from `rc-status`.

    ```
    {
        "sshd": True,
        "crond": False,
    }
    ```
    """

    side_effect_free = True

    @override
    def requires_command(self, runlevel: str = "default") -> str:
        return "rc-status"

    def command(self, runlevel: str = "default") -> StringCommand:
        """Word the `rc-status`.

        Args:
            runlevel: the runlevel.

        Returns:
            The command.
        """
        return StringCommand(
            "rc-status", *(["--"] if runlevel.startswith("-") else []), QuoteString(runlevel)
        )

    @override
    @staticmethod
    def default() -> dict[str, bool]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool]:
        matches = (LINE.fullmatch(line) for line in output)
        return {found[1]: found[2] == "started" for found in matches if found}


class OpenrcServiceStatus(FactBase[dict[str, bool | None]]):
    """Tells whether one service is started, whatever its runlevel, from `rc-service`'s exit code.

    None where OpenRC can't tell; empty where there is no such service.
    """

    side_effect_free = True
    service = ""

    @override
    def requires_command(self, service: str) -> str:
        return "rc-service"

    def command(self, service: str) -> StringCommand:
        """Word the question.

        Args:
            service: the service's name.

        Returns:
            The command.
        """
        self.service = service
        return StringCommand(
            "STATUS=0; rc-service",
            *(["--"] if service.startswith("-") else []),
            QuoteString(service),
            'status > /dev/null 2>&1 || STATUS=$?; echo "$STATUS"',
        )

    @override
    @staticmethod
    def default() -> dict[str, bool | None]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool | None]:
        text = "".join(output).strip()
        if not text.isdigit() or int(text) == NO_SUCH_SERVICE:
            return {}
        return {self.service: EXIT_CODES.get(int(text))}
