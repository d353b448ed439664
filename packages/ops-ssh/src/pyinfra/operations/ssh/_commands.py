"""Commands on other hosts."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation

from ._target import check_host, target


@operation(is_idempotent=False)
def command(
    hostname: str, command: str, user: str | None = None, port: int = 22
) -> Generator[StringCommand, None, None]:
    """Run a command on another host, by ssh from this one.

    Args:
        hostname: the other host.
        command: the command, for the shell there.
        user: the user there; as ssh on this host has it by default.
        port: the port there.

    Raises:
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value is empty, or ssh would take it for an option.

    **Example:**

    ```python
    from pyinfra.operations import ssh

    ssh.command(
        name="Tell the monitor",
        hostname="monitor.internal",
        command="touch /var/lib/deployed",
        user="deploy",
    )
    ```
    """
    check_host(hostname, user, port)
    if not isinstance(command, str):
        raise OperationTypeError(f"command must be a str, not {command!r}")
    if not command.strip():
        raise OperationValueError("command must not be empty")
    yield StringCommand("ssh -p", QuoteString(str(port)), target(hostname, user), QuoteString(command))
