"""The packages and tools that uv installed."""

from __future__ import annotations

from pyinfra.facts.util.packaging import PackageVersionDict, parse_packages
from typing_extensions import override

from ._base import UvFact, read_pairs


class UvPipPackages(UvFact[PackageVersionDict]):
    """The packages in the environment that uv finds, and their versions. Parses `uv pip list --format json`.

    That environment is the one that `VIRTUAL_ENV` names, or `.venv` in the folder that uv is run in or above it.

    ```python
    {"requests": {"2.31.0"}}
    ```
    """

    command = "uv pip list --format json"

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        packages: PackageVersionDict = {}
        for name, version in read_pairs(output, "name", "version"):
            packages.setdefault(name, set()).add(version)
        return packages


class UvTools(UvFact[PackageVersionDict]):
    """The tools that uv installed for the user, and their versions. Parses `uv tool list`.

    ```python
    {"ruff": {"0.14.4"}}
    ```
    """

    command = "uv tool list 2>/dev/null"

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        # In brackets may follow what was asked for, and where it is; executables stand below, behind a dash.
        return parse_packages(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) v?(\d\S*)(?: [\[(].*)?$", output)
