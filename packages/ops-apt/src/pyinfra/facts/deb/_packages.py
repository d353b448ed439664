"""Installed packages, and packages in files."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import override

from ._versions import DebVersions, InstalledPackages

# Desired state, state (installed, installed with triggers to run, only its configuration files, or what an installation
# or removal left that was not finished), error; name, version, architecture. Others are not installed.
_LISTED = re.compile(
    r"[uihrp]([iWtcUFH])R?\s+([a-z0-9][a-z0-9+.\-]*)(?::([a-z0-9\-]+))?\s+([A-Za-z0-9.+:~\-]+)(?:\s+(\S+)(?:\s.*)?)?$"
)
_FIELD = re.compile(r"\s?(Package|Version|Status):\s*(\S.*?)\s*$")


def parse_installed(output: list[str]) -> InstalledPackages:
    """Parse `dpkg -l`.

    Args:
        output: its lines; those that do not name an installed package are left out.

    Returns:
        The versions of each package, by its name.
    """
    packages = InstalledPackages()
    for line in output:
        if found := _LISTED.match(line):
            state, name, own_architecture, version, architecture = found.groups()
            if state == "c":
                packages.left_over.add(name)
            else:
                found_in: dict[str, DebVersions] = packages if state in "iWt" else packages.unfinished
                found_in.setdefault(name, DebVersions()).add_for(
                    own_architecture or architecture or "", version
                )
    return packages


class DebPackages(FactBase[InstalledPackages]):
    """The installed packages and their versions. Parses `dpkg -l`.

    Packages that are held count; those that were removed and left their configuration do not, nor do those whose
    installation is not finished. Each value is a set of versions that also answers `["version"]`.

    ```python
    packages = host.get_fact(DebPackages)
    if "nginx" in packages:
        print(packages["nginx"])  # {'1.22.1-9'}
        print(packages["nginx"]["version"])  # 1.22.1-9
    ```
    """

    side_effect_free = True
    command = "dpkg -l"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dpkg"

    @override
    @staticmethod
    def default() -> InstalledPackages:
        return InstalledPackages()

    @override
    def process(self, output: list[str]) -> InstalledPackages:
        return parse_installed(output)


class DebPackage(FactBase["dict[str, str] | None"]):
    """The name and version of a package file, or of an installed package. Parses `dpkg -I` and `dpkg -s`.

    Empty where there is no such file or package, or the package is not installed.

    ```python
    {"name": "nginx", "version": "1.22.1-9"}
    ```

    **Example:**

    ```python
    host.get_fact(DebPackage, package="nginx")
    ```
    """

    side_effect_free = True

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dpkg"

    def command(self, package: str) -> StringCommand:
        """Give the command.

        Args:
            package: the path of a file that ends in `.deb`, or the name of a package.

        Returns:
            The command.
        """
        name = QuoteString(f"./{package}" if package.startswith("-") else package)
        installed = StringCommand("dpkg -s", name, "2>/dev/null || true")
        by_kind = StringCommand("case", name, "in *.deb) dpkg -I", name, ";; *)", installed, ";; esac")
        return StringCommand("test -f", name, "&&", by_kind, "||", installed)

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in output:
            if field := _FIELD.match(line):
                found.setdefault(field.group(1), field.group(2))
        if "Status" in found and found["Status"].split()[-1:] != ["installed"]:
            return {}
        names = {"Package": "name", "Version": "version"}
        return {names[field]: value for field, value in found.items() if field in names}


class DebArch(FactBase["str | None"]):
    """The architecture of the host's packages, such as `amd64`. Parses `dpkg --print-architecture`."""

    side_effect_free = True
    command = "dpkg --print-architecture"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dpkg"
