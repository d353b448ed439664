"""The index of packages, and all packages to their newest versions."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
from pyinfra.facts.apk._changes import read_changes


@operation(is_idempotent=False)
def update() -> Generator[StringCommand, None, None]:
    """Fetch the index of packages anew.

    **Example:**

    ```python
    from pyinfra.operations import apk

    apk.update(
        name="Update the index of packages",
        _sudo=True,
    )
    ```
    """
    yield StringCommand("apk update")


@operation(is_idempotent=False, report=read_changes)
def upgrade(available: bool = False) -> Generator[StringCommand, None, None]:
    """Upgrade all packages.

    Args:
        available: whether to take every package in the version that the repositories have, an older one too
            (`--available`), as a change to another release of Alpine needs it.

    **Example:**

    ```python
    from pyinfra.operations import apk

    apk.upgrade(
        name="Upgrade to the release that the repositories are of",
        available=True,
        _sudo=True,
    )
    ```
    """
    yield StringCommand("apk upgrade --available" if available else "apk upgrade")
