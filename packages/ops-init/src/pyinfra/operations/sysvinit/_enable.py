"""The links of runlevels, made without any tool."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from pyinfra import host, state
from pyinfra.api import OperationError, OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.facts.files import File
from pyinfra.operations import files

from ._names import check_script_name

HIGHEST_PRIORITY = 99
LEVELS = frozenset("0123456S")


@operation()
def enable(
    service: str,
    start_priority: int = 20,
    stop_priority: int = 80,
    start_levels: Sequence[int] = (2, 3, 4, 5),
    stop_levels: Sequence[int] = (0, 1, 6),
) -> Generator[StringCommand, None, None]:
    """Link an init script into runlevels, where the host has no tool for it or the priorities must be exact.

    Links of other priorities are left alone.

    Args:
        service: the script's name in `/etc/init.d`.
        start_priority: the number in the names of the links that start it: lower ones start earlier.
        stop_priority: the number in the names of the links that stop it: lower ones stop earlier.
        start_levels: the runlevels that start it, 0 to 6, or `"S"`.
        stop_levels: the runlevels that stop it, none of which starts it.

    Raises:
        OperationTypeError: the levels are no list.
        OperationValueError: the name is empty or holds a slash, or a priority or a level is none.
        OperationError: there is no such script, or something that is no link stands where a link must be.

    Example:
        ```
        from pyinfra.operations import sysvinit

        sysvinit.enable(
            name="Start the application late",
            service="application",
            start_priority=90,
            stop_priority=10,
            _sudo=True,
        )
        ```
    """
    check_script_name(service)
    _check_priority("start_priority", start_priority)
    _check_priority("stop_priority", stop_priority)
    _check_levels("start_levels", start_levels)
    _check_levels("stop_levels", stop_levels)
    both = {str(level) for level in start_levels} & {str(level) for level in stop_levels}
    if both:
        raise OperationValueError(
            f"start_levels and stop_levels must have no level in common, not {', '.join(sorted(both))}"
        )
    script = f"/etc/init.d/{service}"
    links = [f"/etc/rc{level}.d/S{start_priority:02}{service}" for level in start_levels]
    links += [f"/etc/rc{level}.d/K{stop_priority:02}{service}" for level in stop_levels]
    commands = [command for link in links for command in files.link._inner(path=link, target=script)]
    # In prepare, an earlier operation may be about to make it.
    if commands and state.is_executing and not host.get_fact(File, path=script):
        raise OperationError(f"service must be the name of a script, and {host.name} has no {script}")
    yield from commands


def _check_priority(argument: str, priority: object) -> None:
    if isinstance(priority, bool) or not isinstance(priority, int) or not 0 <= priority <= HIGHEST_PRIORITY:
        raise OperationValueError(
            f"{argument} must be a number from 0 to {HIGHEST_PRIORITY}, not {priority!r}"
        )


def _check_levels(argument: str, levels: object) -> None:
    if isinstance(levels, str) or not isinstance(levels, Iterable):
        raise OperationTypeError(f"{argument} must be a list of runlevels, not {levels!r}")
    for level in levels:
        if str(level) not in LEVELS:
            raise OperationValueError(f"{argument} must be runlevels from 0 to 6, or S, not {level!r}")
