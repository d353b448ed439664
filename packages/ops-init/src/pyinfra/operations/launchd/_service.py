"""The state of a service."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import OperationValueError, StringCommand, operation
from pyinfra.facts.launchd import LaunchdStatus
from pyinfra.operations.util.service import check_service_name, check_switch, handle_service_control
from pyinfra.operations.util.tools import check_tool

FORMATTER = "launchctl {1} {0}"


@operation()
def service(
    service: str,
    running: bool | None = True,
    restarted: bool = False,
    command: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Manage the state of a launchd service.

    Args:
        service: the service's label.
        running: whether it must run; None for no change.
        restarted: whether to stop and start it if it runs.
        command: a further command of `launchctl` to run on the service.

    Raises:
        OperationTypeError: `running` is something else than True, False and None.
        OperationValueError: the label is empty, or begins with a dash: `launchctl` would take it for an option; or the
            quotes in `command` are not closed.
        OperationError: the host has no launchd.

    Example:
        ```
        from pyinfra.operations import launchd

        launchd.service(
            name="Restart the caching proxy",
            service="org.example.proxy",
            restarted=True,
        )
        ```
    """
    check_service_name(service)
    check_switch("running", running)
    if service.startswith("-"):
        raise OperationValueError(
            f"service must be the label of a service, without a dash in front, not {service!r}"
        )
    statuses = host.get_fact(LaunchdStatus)
    if not statuses:
        check_tool(state, host, "launchctl")
    yield from handle_service_control(host, service, statuses, FORMATTER, running)
    if restarted and running is not False and statuses.get(service):
        # launchctl has no restart.
        yield from handle_service_control(host, service, {service: True}, FORMATTER, running=False)
        yield from handle_service_control(host, service, {service: False}, FORMATTER, running=True)
    if command:
        yield from handle_service_control(host, service, statuses, FORMATTER, command=command)
