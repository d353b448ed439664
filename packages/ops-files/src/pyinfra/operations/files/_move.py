"""The operation `files.move`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationError, StringCommand, operation
from pyinfra.facts.files import Directory, File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import unix_path_join

from ._arguments import check_path
from ._paths import remove


@operation(together=True)
def move(src: str, dest: str, overwrite: bool = False) -> Generator[StringCommand, None, None]:
    """Move a file or directory on the host into a directory.

    Args:
        src: the path of what is moved, on the host.
        dest: the directory on the host that it is moved into, under its own name.
        overwrite: whether something of that name in the directory is removed; it is an error otherwise.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.move(
        name="Put the finished report where it is served",
        src="/srv/work/report.html",
        dest="/srv/www",
    )
    ```
    """
    src, dest = check_path("src", src), check_path("dest", dest)
    if host.get_fact(File, path=src) is None:
        raise OperationError(f"src {src} does not exist")
    if not host.get_fact(Directory, path=dest):
        raise OperationError(f"dest {dest} is not an existing directory")
    moved = unix_path_join(dest, posixpath.basename(src.rstrip("/")))
    if host.get_fact(File, path=moved) is not None:
        if not overwrite:
            raise OperationError(f"dest {moved} already exists and `overwrite` is unset")
        yield remove(moved, recursive=True)
    yield StringCommand("mv", quote_path(src), quote_path(dest))
