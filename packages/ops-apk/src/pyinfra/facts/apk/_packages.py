"""What is installed, and what was asked for."""

from __future__ import annotations

from pyinfra.api import FactBase
from pyinfra.facts.util.packaging import PackageVersionDict, parse_packages
from typing_extensions import override


class ApkPackages(FactBase[PackageVersionDict]):
    """The installed packages and their versions. Parses `apk list --installed`.

    ```python
    {"nginx": {"1.24.0-r7"}}
    ```
    """

    side_effect_free = True
    command = "apk list --installed"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "apk"

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        # name-version-r1 architecture {origin} (licence) [installed]; the versions of virtual packages have no -r1
        return parse_packages(r"([^\s{}]+?)-(\d[^\s-]*(?:-r\d+)?)\s+\S+\s+\{[^}]*\}\s.*\[installed\]", output)


class ApkWorld(FactBase[list[str]]):
    """What apk holds the host to: names, with tags and ranges of versions. Parses `/etc/apk/world`.

    ```python
    ["alpine-base", "curl@edge", "nginx~1.24"]
    ```
    """

    side_effect_free = True
    command = "cat /etc/apk/world"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "apk"

    @override
    @staticmethod
    def default() -> list[str]:
        return []

    @override
    def process(self, output: list[str]) -> list[str]:
        return [word for line in output for word in line.split()]
