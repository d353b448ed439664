"""All packages to their newest versions."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
from pyinfra.operations.dnf._changes import read_changes


@operation(is_idempotent=False, report=read_changes)
def update() -> Generator[StringCommand, None, None]:
    """Upgrade all packages.

    **Example:**

    ```python
    from pyinfra.operations import yum

    yum.update(
        name="Upgrade all packages",
        _sudo=True,
    )
    ```
    """
    yield StringCommand("yum update -y")
