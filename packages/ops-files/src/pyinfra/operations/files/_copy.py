"""The operation `files.copy`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationError, OperationValueError, StringCommand, operation
from pyinfra.connectors.util import upload_command
from pyinfra.facts.files import Directory, File, SameTree, Sha1File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import unix_path_join
from pyinfra.operations.util.undoing import making
from typing_extensions import override

from ._arguments import check_path


@operation(together=True)
def copy(src: str, dest: str, overwrite: bool = False) -> Generator[StringCommand, None, None]:
    """Copy a file or directory on the host into a directory.

    A copy that fails leaves nothing behind, and a file that was there as it was; only a directory that is copied over
    another one may be there in part, and is copied again by the next run.

    Args:
        src: the path of what is copied, on the host.
        dest: the directory on the host that it is copied into, under its own name.
        overwrite: whether to copy again, over what is there, each time. Otherwise a file that is there and differs
            is an error, and a directory is copied over one that lacks something of it.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.copy(
        name="Keep the configuration of the package beside ours",
        src="/usr/share/app/app.conf",
        dest="/etc/app",
    )
    ```
    """
    src, dest = check_path("src", src), check_path("dest", dest)
    if _is_within(dest, src):
        raise OperationValueError(f"`dest` must not be in what is copied: {dest} is in {src}")
    is_directory = host.get_fact(Directory, path=src)
    if not is_directory and not host.get_fact(File, path=src):
        raise OperationError(f"src {src} does not exist")
    if not host.get_fact(Directory, path=dest):
        raise OperationError(f"dest {dest} is not an existing directory")
    copied = unix_path_join(dest, posixpath.basename(src.rstrip("/")))
    present = host.get_fact(File, path=copied)
    if (
        is_directory
        and present is False
        and not overwrite
        and host.get_fact(SameTree, path=copied, other=src)
    ):
        host.noop(f"{copied} already exists")
        return
    if present and not overwrite:
        found = host.get_fact(Sha1File, path=copied)
        if found is None or found != host.get_fact(Sha1File, path=src):
            raise OperationError(f"{copied} already exists and is different than src")
        host.noop(f"{copied} already exists")
        return
    copy = StringCommand("cp -r", *(["-f"] if overwrite else []), quote_path(src), quote_path(dest))
    if present and not is_directory:
        yield _Replacing(copy, src, copied)
    else:
        yield making(copy, quote_path(copied))


class _Replacing(StringCommand):
    """A `cp` onto a file, which is run so that the file has its old content until it has all of the new."""

    def __init__(self, command: StringCommand, src: str, copied: str) -> None:
        super().__init__(*command.bits)
        self._src = quote_path(src)
        self._copied = copied

    @override
    def as_run(self) -> StringCommand:
        size = StringCommand('"$(($(wc -c <', self._src, ')))"')
        return StringCommand(upload_command(self._copied, size), "<", self._src)


def _is_within(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or below it, by what is written: what `..` leads to, the host alone knows."""
    parts, others = ([part for part in one.split("/") if part != "."] for one in (path, folder))
    if ".." in parts + others or path.startswith("/") is not folder.startswith("/"):
        return False
    inner, outer = ([part for part in one if part] for one in (parts, others))
    return inner[: len(outer)] == outer
