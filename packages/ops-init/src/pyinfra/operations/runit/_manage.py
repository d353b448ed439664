"""Giving services to runit."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import OperationError, StringCommand, operation
from pyinfra.facts.files import Directory
from pyinfra.operations import files

from ._names import service_path


@operation()
def manage(
    service: str,
    managed: bool = True,
    svdir: str = "/var/service",
    sourcedir: str = "/etc/sv",
) -> Generator[StringCommand, None, None]:
    """Give a service to runit, or take it away, by a link in the directory that runit watches.

    Args:
        service: the service's name.
        managed: whether runit must look after it.
        svdir: the directory that runit watches.
        sourcedir: the directory that holds the service's own.

    Raises:
        OperationValueError: the name is empty or holds a slash.
        OperationError: there is no such service, or something that is no link stands where the link must be.

    Example:
        ```
        from pyinfra.operations import runit

        runit.manage(name="Give sshd to runit", service="sshd", _sudo=True)
        ```
    """
    path, target = service_path(svdir, service), service_path(sourcedir, service)
    commands = list(files.link._inner(path=path, target=target, present=managed, create_remote_dir=False))
    # In prepare, an earlier operation may be about to make it.
    if managed and commands and state.is_executing and not host.get_fact(Directory, path=target):
        raise OperationError(f"service must be the name of a service, and {host.name} has no {target}")
    yield from commands
