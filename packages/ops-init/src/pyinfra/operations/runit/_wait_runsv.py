"""Waiting for runit to take a service."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import OperationTypeError, QuoteString, StringCommand, operation
from pyinfra.operations.util.service import check_service_name, end_of_options


@operation(is_idempotent=False)
def wait_runsv(
    service: str, svdir: str = "/var/service", timeout: int = 10
) -> Generator[StringCommand, None, None]:
    """Wait for a service's `runsv` to be there: runit looks for new services every five seconds.

    Args:
        service: the service's name.
        svdir: the directory that runit watches.
        timeout: seconds after which it fails.

    Raises:
        OperationValueError: the name is empty.
        OperationTypeError: `timeout` is no whole number of seconds.

    Example:
        ```
        from pyinfra.operations import runit

        runit.manage(name="Give sshd to runit", service="sshd", _sudo=True)
        runit.wait_runsv(name="Wait for runit to see it", service="sshd", timeout=15, _sudo=True)
        ```
    """
    check_service_name(service)
    if isinstance(timeout, bool) or not isinstance(timeout, int) or timeout < 0:
        raise OperationTypeError(f"timeout must be a whole number of seconds, not {timeout!r}")
    lines = (
        StringCommand("export SVDIR=", QuoteString(svdir), _separator=""),
        f"for i in $(seq {timeout}); do",
        StringCommand(
            "    sv status",
            *(["--"] if end_of_options(service) else []),
            QuoteString(service),
            "> /dev/null && exit 0",
        ),
        "    sleep 1;",
        "done",
        "exit 1",
    )
    yield StringCommand(*lines, _separator="\n")
