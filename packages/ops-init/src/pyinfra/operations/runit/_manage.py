"""Giving services to runit."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
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
        OperationError: something that is no link stands where the link must be.

    Example:
        ```
        from pyinfra.operations import runit

        runit.manage(name="Give sshd to runit", service="sshd", _sudo=True)
        ```
    """
    yield from files.link._inner(
        path=service_path(svdir, service),
        target=service_path(sourcedir, service),
        present=managed,
        create_remote_dir=False,
    )
