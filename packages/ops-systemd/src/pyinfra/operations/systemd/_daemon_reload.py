"""Having systemd read its unit files again."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
from pyinfra.facts.systemd._systemctl import systemctl


@operation(is_idempotent=False)
def daemon_reload(
    user_mode: bool = False, machine: str | None = None, user_name: str | None = None
) -> Generator[StringCommand, None, None]:
    """Have systemd read its unit files again.

    Args:
        user_mode: whether to reload the user's own manager.
        machine: the local container whose manager is reloaded.
        user_name: whose manager is reloaded; without a machine, a user of this host.

    Example:
        ```
        from pyinfra.operations import systemd

        systemd.daemon_reload(name="Read the new unit files", _sudo=True)
        ```
    """
    yield StringCommand(systemctl(user_mode, machine, user_name), "daemon-reload")
