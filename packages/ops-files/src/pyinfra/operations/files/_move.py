"""The operation `files.move`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import FactBase, OperationError, QuoteString, StringCommand, operation
from pyinfra.facts.files import Directory, File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import unix_path_join
from typing_extensions import override

from ._arguments import check_path
from ._paths import remove

# Both folders as they are, whatever links lead there; a name may end in newlines, which the x keeps.
_WHERE = """\
p=$(CDPATH= cd -P "$1" && pwd -P && echo x) || exit 0; p=${p%?x}
d=$(CDPATH= cd -P "$2" && pwd -P && echo x) || exit 0; d=${d%?x}
if [ "$p" = "$d" ]; then echo in; fi
case ${d%/}/ in "${p%/}/$3"/*) echo below;; esac"""


class Destination(FactBase[str]):
    """Where a folder is that something is moved into: what that is `in` already, `below` it, or neither.

    Args:
        src: the path of what is moved.
        dest: the folder.
    """

    side_effect_free = True

    @override
    def command(self, src: str, dest: str) -> StringCommand:
        parent, name = posixpath.split(src.rstrip("/"))
        folders = quote_path(parent or "."), quote_path(dest)
        return StringCommand("sh", "-c", QuoteString(_WHERE), "where", *folders, QuoteString(name))

    @override
    def process(self, output: list[str]) -> str:
        return output[0] if output else ""

    @staticmethod
    @override
    def default() -> str:
        return ""


@operation(together=True)
def move(src: str, dest: str, overwrite: bool = False) -> Generator[StringCommand, None, None]:
    """Move a file or directory on the host into a directory.

    Args:
        src: the path of what is moved, on the host.
        dest: the directory on the host that it is moved into, under its own name.
        overwrite: whether something else of that name in the directory is removed; it is an error otherwise.

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
        _refuse_loss(src, dest)
        yield remove(moved, recursive=True)
    yield StringCommand("mv", quote_path(src), quote_path(dest))


def _refuse_loss(src: str, dest: str) -> None:
    """Refuse to remove what is to be moved, or a part of it, for what it would take the place of."""
    where = host.get_fact(Destination, src=src, dest=dest) if state.is_executing else ""
    if where == "in":
        raise OperationError(f"dest must be another directory: {src} is in {dest} already")
    if where == "below":
        raise OperationError(f"dest must not be in what is moved: {dest} is in {src}")
