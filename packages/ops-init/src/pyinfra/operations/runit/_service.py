"""The state of a service."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import File
from pyinfra.facts.runit import RunitManaged, RunitStatus
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.service import check_switch, end_of_options, handle_service_control

from ._auto import auto
from ._manage import manage
from ._names import service_path
from ._wait_runsv import wait_runsv


@operation()
def service(
    service: str,
    running: bool | None = True,
    restarted: bool = False,
    reloaded: bool = False,
    command: str | None = None,
    enabled: bool | None = None,
    managed: bool = True,
    svdir: str = "/var/service",
    sourcedir: str = "/etc/sv",
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Manage the state of a runit service.

    Args:
        service: the service's name.
        running: whether it must run; None for no change. Only a service that runit manages can be told.
        restarted: whether to restart it if it runs.
        reloaded: whether to reload it if it runs.
        command: a further command of `sv` to run on the service.
        enabled: whether it must start by itself, which a file `down` in the service's own directory prevents;
            None for no change.
        managed: whether runit must look after it, by a link in `svdir`.
        svdir: the directory that runit watches.
        sourcedir: the directory that holds the service's own.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: the name is empty or holds a slash, or the quotes in `command` are not closed.
        OperationError: something that is no link stands where the link must be.

    Example:
        ```
        from pyinfra.operations import runit

        runit.service(name="Run sshd, now and at boot", service="sshd", enabled=True, _sudo=True)
        ```
    """
    check_switch("running", running)
    check_switch("enabled", enabled)
    down = service_path(sourcedir, service, "down")
    was_managed = service in host.get_fact(RunitManaged, service=service, svdir=svdir)
    starts_itself = not host.get_fact(File, path=down) if enabled is None else enabled

    if managed and not was_managed:
        # Taken for managed, it would never be allowed to start by itself.
        link = quote_path(service_path(svdir, service))
        undo = [StringCommand("test -L", link, "&& rm -f", link)]
        undo += [] if host.get_fact(File, path=down) else [StringCommand("rm -f", quote_path(down))]
        yield from undone(_hand_over(service, starts_itself, svdir, sourcedir), undo)
    else:
        yield from manage._inner(service=service, managed=managed, svdir=svdir, sourcedir=sourcedir)
        yield from auto._inner(service=service, auto=starts_itself, sourcedir=sourcedir)
    if not managed:
        return

    formatter = f"sv {{1}} {end_of_options(service)}{{0}}"
    statuses = host.get_fact(RunitStatus, service=service, svdir=svdir)
    for control in handle_service_control(
        host, service, statuses, formatter, running, restarted, reloaded, command
    ):
        yield StringCommand(StringCommand("SVDIR=", QuoteString(svdir), _separator=""), control)


def _hand_over(
    service: str, starts_itself: bool, svdir: str, sourcedir: str
) -> Generator[StringCommand, None, None]:
    """Have runit look after a service that it does not know yet."""
    # Else it starts it at once, wanted or not.
    yield from auto._inner(service=service, auto=False, sourcedir=sourcedir)
    yield from manage._inner(service=service, svdir=svdir, sourcedir=sourcedir)
    yield from wait_runsv._inner(service=service, svdir=svdir)
    yield from auto._inner(service=service, auto=starts_itself, sourcedir=sourcedir)
