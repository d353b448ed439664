"""Whether services start by themselves."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand, operation
from pyinfra.operations import files

from ._names import service_path


@operation()
def auto(service: str, auto: bool = True, sourcedir: str = "/etc/sv") -> Generator[StringCommand, None, None]:
    """Have runit start a service by itself, once it sees it and at boot, or not: a file `down` prevents it.

    Args:
        service: the service's name.
        auto: whether it must start by itself.
        sourcedir: the directory that holds the service's own.

    Raises:
        OperationValueError: the name is empty or holds a slash.

    Example:
        ```
        from pyinfra.operations import runit

        runit.auto(name="Start sshd by hand only", service="sshd", auto=False, _sudo=True)
        ```
    """
    yield from files.file._inner(
        path=service_path(sourcedir, service, "down"),
        present=not auto,
        create_remote_dir=False,
    )
