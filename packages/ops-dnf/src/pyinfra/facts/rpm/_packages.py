"""Installed packages, packages in files, and packages that can be had."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.facts.util.packaging import PackageVersionDict, parse_packages
from typing_extensions import override

# Without epochs, as in pyinfra 3: what is compared with these are versions without, too.
_FORMAT = r"--queryformat '%{NAME} %{VERSION}-%{RELEASE}\n'"
_LINE = r"(\S+) (\S+)$"
# rpm reads quotes, backslashes and patterns in the paths of files, whatever the shell made of them.
_READ_BY_RPM = re.compile(r"""(['"\\*?\[\]{}])""")


class RpmPackages(FactBase[PackageVersionDict]):
    """The installed packages and their versions, with releases and without epochs. Parses `rpm -qa`.

    ```python
    {"nginx": {"1.20.1-14.el9"}, "kernel": {"5.14.0-362.el9", "5.14.0-427.el9"}}
    ```
    """

    side_effect_free = True
    command = f"rpm {_FORMAT} -qa"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "rpm"

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        return parse_packages(_LINE, output)


class RpmPackage(FactBase["dict[str, str] | None"]):
    """The name and version of an installed package, or of a package file. Parses `rpm -q`.

    None where there is no such package or file. Of a package that is installed in several versions, it is the one that
    was installed last.

    ```python
    {"name": "nginx", "version": "1.20.1-14.el9"}
    ```

    **Example:**

    ```python
    host.get_fact(RpmPackage, package="nginx")
    ```
    """

    side_effect_free = True

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "rpm"

    def command(self, package: str) -> StringCommand:
        """Give the command.

        Args:
            package: the name of a package, as `name`, `name-version` or `name.architecture`, or the path of a file.

        Returns:
            The command.
        """
        dashed = package.startswith("-")
        name, file = QuoteString(package), QuoteString(f"./{package}" if dashed else package)
        installed = StringCommand("rpm", _FORMAT, "-q --" if dashed else "-q", name)
        escaped = QuoteString(_READ_BY_RPM.sub(r"\\\1", f"./{package}" if dashed else package))
        in_file = StringCommand("rpm", _FORMAT, "-qp", escaped, "2> /dev/null")
        return StringCommand(installed, "|| ! test -e", file, "||", in_file)

    @override
    def process(self, output: list[str]) -> dict[str, str] | None:
        found = [match for line in output if (match := re.match(_LINE, line))]
        return {"name": found[-1].group(1), "version": found[-1].group(2)} if found else None


class RpmPackageProvides(FactBase[list[list[str]]]):
    """The packages of the repositories that provide something, each with its version. Parses `dnf repoquery`.

    Empty where none does, or the repositories can't be asked.

    ```python
    [["vim-enhanced", "8.2.2637-20.el9_1"]]
    ```

    **Example:**

    ```python
    host.get_fact(RpmPackageProvides, package="perl(JSON)")
    ```
    """

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "dnf"

    def command(self, package: str) -> StringCommand:
        """Give the command.

        Args:
            package: what is to be provided: a package, a capability such as `perl(JSON)`, or a path.

        Returns:
            The command.
        """
        option = "--whatprovides=" if package.startswith("-") else "--whatprovides "
        wanted = StringCommand(option, QuoteString(package), _separator="")
        return StringCommand("dnf repoquery --quiet", _FORMAT, wanted, "|| true")

    @override
    @staticmethod
    def default() -> list[list[str]]:
        return []

    @override
    def process(self, output: list[str]) -> list[list[str]]:
        return [list(found.groups()) for line in output if (found := re.match(_LINE, line))]
