"""Module streams."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyinfra.api import FactBase
from typing_extensions import override

# ruby    3.1 [d][e]    common [d]    An interpreter; each letter in brackets says something of the stream
_LISTED = re.compile(r"([A-Za-z0-9][\w.+-]*)\s+(\S+)\s+((?:\[[a-z]\]\s*)+)(?=\s|$)")


def _streams(output: list[str], flag: str) -> Iterator[tuple[str, str]]:
    """Give the module and stream of each listed stream that has a flag, such as `[e]`."""
    for line in output:
        if (found := _LISTED.match(line)) and flag in found.group(3):
            yield found.group(1), found.group(2)


class DnfEnabledModules(FactBase[dict[str, str]]):
    """The enabled stream of each module that has one. Parses `dnf module list --enabled`.

    ```python
    {"postgresql": "16"}
    ```
    """

    command = "dnf module list --enabled"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dnf"

    @override
    @staticmethod
    def default() -> dict[str, str]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        return dict(_streams(output, "[e]"))


class DnfDisabledModules(FactBase[list[str]]):
    """The names of disabled modules, sorted. Parses `dnf module list --disabled`.

    ```python
    ["nodejs", "ruby"]
    ```
    """

    command = "dnf module list --disabled"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dnf"

    @override
    @staticmethod
    def default() -> list[str]:
        return []

    @override
    def process(self, output: list[str]) -> list[str]:
        return sorted({name for name, _ in _streams(output, "[x]")})
