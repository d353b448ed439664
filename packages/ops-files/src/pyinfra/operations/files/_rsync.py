"""The operation `files.rsync`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import OperationTypeError, RsyncCommand, operation

from ._arguments import check_path


@operation(is_idempotent=False)
def rsync(src: str, dest: str, flags: list[str] | None = None) -> Generator[RsyncCommand, None, None]:
    """Copy a local directory to the host with `rsync`, which both must have.

    Args:
        src: the local directory; with a slash at the end what is in it is copied, without one the directory itself.
        dest: the directory on the host.
        flags: rsync's options; `["-ax", "--delete"]` for None.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.rsync(
        name="Copy the site",
        src="site/",
        dest="/srv/www",
        flags=["-a"],
    )
    ```
    """
    command = RsyncCommand(check_path("src", src), check_path("dest", dest), _check_flags(flags))
    host.check_can_rsync()
    yield command


def _check_flags(flags: Any) -> list[str]:
    wanted = ["-ax", "--delete"] if flags is None else flags
    if not isinstance(wanted, list | tuple) or not all(isinstance(flag, str) for flag in wanted):
        raise OperationTypeError("`flags` must be a list of rsync's options")
    return list(wanted)
