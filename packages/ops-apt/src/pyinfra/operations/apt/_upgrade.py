"""All packages to their newest versions."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation
from pyinfra.facts.apt import SimulateOperationWillChange
from pyinfra.facts.apt._command import noninteractive_apt

from ._changes import read_changes
from ._command import LockedCommand

_CHANGES = ("upgraded", "newly_installed", "removed", "downgraded")


def will_change(command: str) -> bool:
    """Tell whether an `apt-get` command would change any package.

    Args:
        command: the words that follow `apt-get`.

    Returns:
        False only where apt says that it would change none.
    """
    return _counts(command, _CHANGES)


def _counts(command: str, changes: tuple[str, ...]) -> bool:
    counts = host.get_fact(SimulateOperationWillChange, command=command)
    return not counts or any(counts.get(change) for change in changes)


def run_upgrade(command: str) -> Generator[StringCommand, None, None]:
    """Run an upgrade, if it would change anything, or go on with one that failed half way."""
    if _counts(command, (*_CHANGES, "unfinished")):
        yield LockedCommand(noninteractive_apt(command))
    else:
        host.noop(f"{command} skipped, no changes would be performed")


@operation(report=read_changes)
def upgrade(auto_remove: bool = False) -> Generator[StringCommand, None, None]:
    """Upgrade all packages, where that needs no package to be removed or added.

    Configuration files that the user changed are kept. The result's `report` says which versions changed.

    Args:
        auto_remove: whether to remove packages too that were installed for others and are needed no more.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.upgrade(
        name="Upgrade all packages",
        auto_remove=True,
        _sudo=True,
    )
    ```
    """
    yield from run_upgrade("upgrade --autoremove" if auto_remove else "upgrade")


@operation(report=read_changes)
def dist_upgrade(auto_remove: bool = False) -> Generator[StringCommand, None, None]:
    """Upgrade all packages, and add and remove packages where that needs it.

    Configuration files that the user changed are kept. The result's `report` says which versions changed.

    Args:
        auto_remove: whether to remove packages too that were installed for others and are needed no more.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.dist_upgrade(
        name="Upgrade to the point release",
        _sudo=True,
    )
    ```
    """
    yield from run_upgrade("dist-upgrade --autoremove" if auto_remove else "dist-upgrade")
