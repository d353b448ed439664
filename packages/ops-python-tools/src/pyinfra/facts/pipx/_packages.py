"""The packages that pipx keeps in environments of their own."""

from __future__ import annotations

from pyinfra.api import FactBase
from pyinfra.facts.util.packaging import PackageVersionDict, parse_packages
from typing_extensions import override


class PipxPackages(FactBase[PackageVersionDict]):
    """The packages that pipx installed for the user, and their versions. Parses `pipx list --short`.

    ```python
    {"copier": {"9.0.1"}}
    ```
    """

    command = "pipx list --short"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "pipx"

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        return parse_packages(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) (\d\S*)$", output)
