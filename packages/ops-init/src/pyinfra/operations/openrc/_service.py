"""The state of a service."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host, state
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.openrc import OpenrcEnabled, OpenrcStatus
from pyinfra.facts.openrc._status import OpenrcServiceStatus
from pyinfra.operations.util.service import (
    check_service_name,
    check_switch,
    end_of_options,
    handle_service_control,
)
from pyinfra.operations.util.tools import check_tool


@operation()
def service(
    service: str,
    running: bool | None = True,
    restarted: bool = False,
    reloaded: bool = False,
    command: str | None = None,
    enabled: bool | None = None,
    runlevel: str = "default",
) -> Generator[StringCommand, None, None]:
    """Manage the state of an OpenRC service.

    Args:
        service: the service's name.
        running: whether it must be started; None for no change.
        restarted: whether to restart it if it is started.
        reloaded: whether to reload it if it is started.
        command: a further action of the service's script to run.
        enabled: whether it must be in the runlevel; None for no change.
        runlevel: the runlevel that `enabled` is about.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: the name or the runlevel is empty, or the quotes in `command` are not closed.
        OperationError: the host has no OpenRC.

    Example:
        ```
        from pyinfra.operations import openrc

        openrc.service(
            name="Run nginx, now and at boot",
            service="nginx",
            running=True,
            enabled=True,
            _sudo=True,
        )
        ```
    """
    check_service_name(service)
    check_switch("running", running)
    check_switch("enabled", enabled)
    if not isinstance(runlevel, str) or not runlevel:
        raise OperationValueError(f"runlevel must be the name of a runlevel, not {runlevel!r}")
    statuses = _statuses(service, runlevel)
    if not statuses:
        check_tool(state, host, "rc-service")
    # Asked before a command is run, since facts are asked anew behind each.
    members = {} if enabled is None else host.get_fact(OpenrcEnabled, runlevel=runlevel)
    yield from handle_service_control(
        host,
        service,
        statuses,
        f"rc-service {end_of_options(service)}{{0}} {{1}}",
        running,
        restarted,
        reloaded,
        command,
    )
    if enabled is not None:
        yield from _enable(service, enabled, runlevel, members)


def _statuses(service: str, runlevel: str) -> Mapping[str, bool | None]:
    listed = host.get_fact(OpenrcStatus, runlevel=runlevel)
    if service in listed:
        return listed
    # It may run all the same, from another runlevel or started by hand.
    return host.get_fact(OpenrcServiceStatus, service=service)


def _enable(
    service: str, enabled: bool, runlevel: str, members: Mapping[str, bool]
) -> Generator[StringCommand, None, None]:
    if members.get(service, False) is enabled:
        host.noop(f"service {service} is {'enabled' if enabled else 'disabled'}")
        return
    dashes = ["--"] if end_of_options(service) else []
    action = "add" if enabled else "del"
    yield StringCommand("rc-update", *dashes, action, QuoteString(service), QuoteString(runlevel))
