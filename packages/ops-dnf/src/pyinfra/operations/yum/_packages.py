"""Packages by name."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
from pyinfra.facts.yum import YumWillChange
from pyinfra.operations.dnf._changes import read_changes
from pyinfra.operations.dnf._manager import Manager, manage_packages

YUM = Manager("yum", YumWillChange)


@operation(report=read_changes)
def packages(
    packages: str | list[str] | None = None,
    present: bool = True,
    latest: bool = False,
    update: bool = False,
    clean: bool = False,
    nobest: bool = False,
    extra_install_args: str | None = None,
    extra_uninstall_args: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages.

    A name that is no package counts as installed where a package is that provides it, in a version that the
    repositories have. Groups (`@core`), patterns, paths, URLs and names with an architecture count as installed where
    yum would change nothing for them.

    Args:
        packages: names of packages, or one. A version may follow as `name=1.2` or `name=1.2-3`.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed must be upgraded, except those whose version is named with `=`.
        update: whether to upgrade all packages first, in any case.
        clean: whether to throw away yum's caches first, in any case.
        nobest: whether to install an older version where the newest can't be (`--nobest`).
        extra_install_args: further options for `yum install`, as words of a command line.
        extra_uninstall_args: further options for `yum remove`, as words of a command line.

    Raises:
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty, or yum would take it for an option; the quotes in the options are not
            closed.

    **Example:**

    ```python
    from pyinfra.operations import yum

    yum.packages(
        name="Install nginx and the vendor's agent in one version",
        packages=["nginx", "agent=1.2.3"],
        _sudo=True,
    )
    ```
    """
    yield from manage_packages(
        YUM, packages, present, latest, update, clean, nobest, extra_install_args, extra_uninstall_args
    )
