"""The packages that apt knows to be installed."""

from __future__ import annotations

from pyinfra.api import FactBase
from pyinfra.facts.util.packaging import PackageVersionDict, parse_packages
from typing_extensions import override


class AptPackages(FactBase[PackageVersionDict]):
    """The installed packages and their versions. Parses `apt list --installed`.

    ```python
    {"nginx": {"1.22.1-9"}}
    ```
    """

    side_effect_free = True
    command = "apt list --installed 2>/dev/null"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "apt"

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        # name/suites version architecture [installed,…], or [upgradable from: …] before apt was told to list installed
        return parse_packages(
            r"([a-z0-9][a-z0-9+.\-]*)/\S*\s+(\S+)\s+\S+\s+\[(?:installed|.*,installed)\b", output
        )
