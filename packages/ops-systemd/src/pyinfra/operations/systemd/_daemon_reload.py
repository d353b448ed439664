"""Having systemd read its unit files again."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import OperationTypeError, OperationValueError, StringCommand, operation
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

    Raises:
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty.

    Example:
        ```
        from pyinfra.operations import systemd

        systemd.daemon_reload(name="Read the new unit files", _sudo=True)
        ```
    """
    check_manager(machine, user_name)
    yield StringCommand(systemctl(user_mode, machine, user_name), "daemon-reload")


def check_manager(machine: str | None, user_name: str | None) -> None:
    """Refuse names that are no names: with an empty one, another manager would be meant than was asked for.

    Args:
        machine: the local container.
        user_name: the user.

    Raises:
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty, or has more than a line.
    """
    for what, value in (("machine", machine), ("user_name", user_name)):
        if value is None:
            continue
        if not isinstance(value, str):
            raise OperationTypeError(f"{what} must be a name (str), not {value!r}")
        if not value.strip() or "\n" in value:
            raise OperationValueError(f"{what} must be a name, not {value!r}")
