"""Applications that pipx installs."""

from __future__ import annotations

from collections.abc import Collection, Generator

from pyinfra import host, state
from pyinfra.api import StringCommand, operation
from pyinfra.facts.pipx import PipxPackages
from pyinfra.operations.pip._arguments import extra_words
from pyinfra.operations.pip._changes import pipx_changes
from pyinfra.operations.pip._requirements import by_name, read_packages, resolve
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages
from pyinfra.operations.util.tools import check_tool

from ._command import InstallCommand


@operation(report=pipx_changes)
def packages(
    packages: str | list[str] | None = None,
    present: bool = True,
    latest: bool = False,
    extra_args: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove applications with pipx, for the user that it runs as.

    One that is installed in a version that does not do is replaced (`pipx install --force`).

    Args:
        packages: requirements (`copier`, `ruff==0.14.4`, `app @ https://…/app.whl`), or one.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed, and for which no version is named, must be upgraded. pipx is run on
            every run then, since only it knows what is newer.
        extra_args: further options for `pipx install`, as words of a command line.

    Raises:
        OperationError: the host has no pipx.
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty or an option; what is to be removed has no name; quotes in `extra_args` are
            not closed.

    **Example:**

    ```python
    from pyinfra.operations import pipx

    pipx.packages(
        name="Install copier",
        packages=["copier==9.10.0"],
    )
    ```
    """
    wanted = read_packages(packages, present)
    extra = extra_words(extra_args, "extra_args")
    if not wanted:
        host.noop("no package list provided to pipx.packages")
        return
    installed = host.get_fact(PipxPackages)
    if not installed:
        check_tool(state, host, "pipx")
    resolved, current = resolve(wanted, installed)
    for package in resolved:
        yield from _ensure(package, current, present, latest, extra)


def _ensure(
    package: PkgInfo, current: dict[str, Collection[str]], present: bool, latest: bool, extra: str
) -> Generator[StringCommand, None, None]:
    """Take the one package to where it must be; pipx takes one at a time."""
    commands = ensure_packages(
        host,
        [package if present else by_name(package)],
        current,
        present,
        "pipx install",
        "pipx uninstall",
        latest=latest,
        upgrade_command="pipx upgrade",
    )
    for command in commands:
        if present and command.get_raw_value().startswith("pipx install "):
            yield InstallCommand(extra, package.inst_vers_format_fn(package))
        else:
            yield command
