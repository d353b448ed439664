"""What operations on services share: which of start, stop, restart and reload a service needs."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING

from pyinfra.api.command import QuoteString, StringCommand, make_formatted_string_command
from pyinfra.api.exceptions import OperationTypeError, OperationValueError

if TYPE_CHECKING:
    from pyinfra.api.host import Host

__all__ = ["check_service_name", "check_switch", "end_of_options", "handle_service_control"]


def check_service_name(name: str) -> None:
    """Refuse a name that no service can have.

    Args:
        name: the service's name.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty, or holds a NUL.
    """
    if not isinstance(name, str):
        raise OperationTypeError(f"service must be the name of a service (str), not {name!r}")
    if not name or "\0" in name:
        raise OperationValueError(f"service must be the name of a service, not {name!r}")


def check_switch(argument: str, value: object) -> None:
    """Refuse what is neither a yes nor a no, nor leaves things as they are.

    Args:
        argument: the argument's name.
        value: its value.

    Raises:
        OperationTypeError: it is something else than True, False and None: neither would hold for it.
    """
    if value is not None and not isinstance(value, bool):
        raise OperationTypeError(f"{argument} must be True, False or None, not {value!r}")


def end_of_options(name: str) -> str:
    """Give what stands before a name in a command line, so that the name is never read as an option.

    Args:
        name: the name.

    Returns:
        `-- ` for a name that starts with a dash, nothing for any other.
    """
    return "-- " if name.startswith("-") else ""


def handle_service_control(
    host: Host,
    name: str,
    statuses: Mapping[str, bool | None],
    formatter: str,
    running: bool | None = None,
    restarted: bool | None = None,
    reloaded: bool | None = None,
    command: str | None = None,
    status_argument: str = "status",  # noqa: ARG001 - the documented signature
) -> Generator[StringCommand, None, None]:
    """Bring a service to the state that was asked for.

    `restarted` and `reloaded` are about a service that runs: one that is started here is not restarted too,
    nor is one that is to be stopped.

    Args:
        host: the host, which is told why where nothing is to be done.
        name: the service's name.
        statuses: whether each service runs: True, False, or None where its tool can't tell. One that is not
            in it is taken for one that does not run.
        formatter: a `str.format` template of the tool's command line: `{0}` is the service, `{1}` what to do.
        running: whether it must run; None for no change.
        restarted: whether to restart it if it runs.
        reloaded: whether to reload it if it runs.
        command: a further word, or words, to give the tool in place of start or stop; each is quoted.
        status_argument: the tool's word for asking the state. Not used: states come from facts.

    Yields:
        The commands.

    Raises:
        OperationTypeError: `running` is something else than True, False and None, or `command` no str.
        OperationValueError: the name is empty, or the quotes in `command` are not closed.
    """
    check_service_name(name)
    check_switch("running", running)
    words = _words(command)
    is_running = bool(statuses.get(name))
    may_run = is_running or statuses.get(name, False) is None

    def control(action: object) -> StringCommand:
        return make_formatted_string_command(formatter, QuoteString(name), action)

    if running is True and not is_running:
        yield control("start")
    elif running is False and may_run:
        yield control("stop")
    elif running is not None:
        host.noop(f"service {name} is {'running' if is_running else 'stopped'}")
    elif not is_running:
        host.noop(f"service {name} is not running")

    if is_running and running is not False:
        if restarted:
            yield control("restart")
        if reloaded:
            yield control("reload")
    if words:
        yield control(StringCommand(*(QuoteString(word) for word in words)))


def _words(command: str | None) -> list[str]:
    if not isinstance(command, str | None):
        raise OperationTypeError(f"command must be one or more words (str), not {command!r}")
    try:
        return shlex.split(command) if command else []
    except ValueError as error:
        raise OperationValueError(f"command must be one or more words, not {command!r}: {error}") from error
