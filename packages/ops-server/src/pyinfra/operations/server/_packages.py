"""The operation on packages, whichever package manager the host has."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, operation
from pyinfra.facts.server import Which
from pyinfra.plugins import find_operation

# The command that each package manager is known by. Some hosts have several: openSUSE an `apt` too, Debian a `dnf`.
COMMANDS = {
    "zypper": "zypper",
    "apk": "apk",
    "apt": "apt",
    "brew": "brew",
    "dnf": "dnf",
    "pacman": "pacman",
    "xbps-install": "xbps",
    "xbps": "xbps",
    "yum": "yum",
    "pkg": "pkg",
    "pkg_add": "pkg",
}


@operation()
def packages(packages: str | list[str], present: bool = True) -> Generator[Any, None, None]:
    """Have packages installed or not, with any package manager.

    The package manager is told from the commands that the host has: zypper, apk, apt, brew, dnf, pacman, xbps, yum or
    pkg. Its own operation (such as `apt.packages`) does the work, and has to be installed. Names are given to it as
    they are: distributions may name the same package differently.

    Args:
        packages: names of packages, or one.
        present: whether they must be installed; else they must not be.

    Raises:
        OperationError: the host has no package manager that is known.
        PluginError: the package manager's operation is not installed; the message names the package.

    Example:
        ```
        from pyinfra.operations import server

        server.packages(
            name="Have curl and git",
            packages=["curl", "git"],
        )
        ```
    """
    manage = find_operation(_package_manager(), "packages")
    yield from manage._inner(packages=packages, present=present)


def _package_manager() -> str:
    for tool, package_manager in COMMANDS.items():
        if host.get_fact(Which, command=tool):
            return package_manager
    managers = sorted(set(COMMANDS.values()))
    raise OperationError(
        f"No system package manager found (no {', '.join(managers[:-1])} or {managers[-1]} found)"
    )
