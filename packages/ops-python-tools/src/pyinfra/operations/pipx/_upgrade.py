"""All applications that pipx installed, upgraded."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
from pyinfra.operations.pip._changes import pipx_changes


@operation(is_idempotent=False, report=pipx_changes)
def upgrade_all() -> Generator[StringCommand, None, None]:
    """Upgrade all applications that pipx installed for the user.

    **Example:**

    ```python
    from pyinfra.operations import pipx

    pipx.upgrade_all(name="Upgrade what pipx installed")
    ```
    """
    yield StringCommand("pipx upgrade-all")
