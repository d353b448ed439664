"""The links of runlevels, made without any tool."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from pyinfra.api import StringCommand, operation
from pyinfra.operations import files

from ._names import check_script_name


@operation()
def enable(
    service: str,
    start_priority: int = 20,
    stop_priority: int = 80,
    start_levels: Sequence[int] = (2, 3, 4, 5),
    stop_levels: Sequence[int] = (0, 1, 6),
) -> Generator[StringCommand, None, None]:
    """Link an init script into runlevels, where the host has no tool for it or the priorities must be exact.

    Args:
        service: the script's name in `/etc/init.d`.
        start_priority: the number in the names of the links that start it: lower ones start earlier.
        stop_priority: the number in the names of the links that stop it: lower ones stop earlier.
        start_levels: the runlevels that start it.
        stop_levels: the runlevels that stop it.

    Raises:
        OperationValueError: the name is empty or holds a slash.
        OperationError: something that is no link stands where a link must be.

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
    links = [f"/etc/rc{level}.d/S{start_priority}{service}" for level in start_levels]
    links += [f"/etc/rc{level}.d/K{stop_priority}{service}" for level in stop_levels]
    for link in links:
        yield from files.link._inner(path=link, target=f"/etc/init.d/{service}")
