"""The state of a job."""

from __future__ import annotations

from collections.abc import Generator
from io import StringIO

from pyinfra import host, state
from pyinfra.api import FileUploadCommand, OperationValueError, StringCommand, operation
from pyinfra.facts.upstart import UpstartStatus
from pyinfra.operations import files
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
) -> Generator[StringCommand | FileUploadCommand, None, None]:
    """Manage the state of an Upstart job.

    Args:
        service: the job's name.
        running: whether it must run; None for no change.
        restarted: whether to restart it if it runs.
        reloaded: whether to reload it if it runs.
        command: a further command of `initctl` to run on the job.
        enabled: whether it must start at boot, which a file `/etc/init/<service>.override` that says `manual`
            prevents; None for no change.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: the name is empty, or holds a slash though `enabled` is given, or the quotes in
            `command` are not closed.
        OperationError: the host has no Upstart.

    Example:
        ```
        from pyinfra.operations import upstart

        upstart.service(
            name="Run cron, now and at boot",
            service="cron",
            running=True,
            enabled=True,
            _sudo=True,
        )
        ```
    """
    check_service_name(service)
    check_switch("running", running)
    check_switch("enabled", enabled)
    if enabled is not None and "/" in service:
        raise OperationValueError(f"service must be the name of a job in /etc/init, not {service!r}")
    statuses = host.get_fact(UpstartStatus)
    if not statuses:
        check_tool(state, host, "initctl")
    yield from handle_service_control(
        host,
        service,
        statuses,
        f"initctl {{1}} {end_of_options(service)}{{0}}",
        running,
        restarted,
        reloaded,
        command,
    )
    override = f"/etc/init/{service}.override"
    if enabled is True:
        yield from files.file._inner(path=override, present=False)
    elif enabled is False:
        yield from files.put._inner(src=StringIO("manual\n"), dest=override)
