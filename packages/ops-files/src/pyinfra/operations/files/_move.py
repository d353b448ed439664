"""The operation `files.move`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import FactBase, OperationError, QuoteString, StringCommand, operation
from pyinfra.facts.files import Directory, File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import unix_path_join
from pyinfra.operations.util.undoing import UndoingCommand, making
from typing_extensions import override

from ._arguments import check_path
from ._local import temporary_path
from ._paths import remove

# Both folders as they are, whatever links lead there; a name may end in newlines, which the x keeps.
_WHERE = """\
p=$(CDPATH= cd -P "$1" && pwd -P && echo x) || exit 0; p=${p%?x}
d=$(CDPATH= cd -P "$2" && pwd -P && echo x) || exit 0; d=${d%?x}
if [ "$p" = "$d" ]; then echo in; fi
case ${d%/}/ in "${p%/}/$3"/*) echo below;; esac"""


# The number of things that find finds, whatever their names are.
_COUNT = "-print0 2> /dev/null | tr -cd '\\0' | wc -c)"


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


class _Aside(StringCommand):
    """A removal of what is in the way, which is run as a renaming: what follows may fail."""

    def __init__(self, path: str, aside: str) -> None:
        super().__init__(remove(path, recursive=True))
        self._names = quote_path(path), quote_path(aside)

    @override
    def as_run(self) -> StringCommand:
        return StringCommand("mv", *self._names)


class _Move(StringCommand):
    """A `mv` that leaves nothing at the destination where it fails, and puts back what was there.

    Between file systems, mv copies everything and then removes the source: where less of that is left than is at the
    destination, the destination is what stays.

    Args:
        src: the path of what is moved.
        dest: the folder.
        moved: its path there.
        aside: where what was there is; None for nothing.
    """

    def __init__(self, src: str, dest: str, moved: str, aside: str | None) -> None:
        super().__init__("mv", quote_path(src), quote_path(dest))
        self._src, self._moved = quote_path(src), quote_path(moved)
        self._aside = quote_path(aside) if aside else None

    @override
    def as_run(self) -> StringCommand:
        left, there = (StringCommand("$(find", path, _COUNT) for path in (self._src, self._moved))
        is_through = StringCommand("[", left, "-lt", there, "]")
        if self._aside is None:
            return making(StringCommand(*self.bits), self._moved, is_through).as_run()
        move = making(StringCommand(*self.bits, "&& rm -rf", self._aside), self._moved, is_through)
        is_there = StringCommand("[ -e", self._moved, "] || [ -L", self._moved, "]")
        return UndoingCommand(
            move.as_run(), StringCommand(is_there, "|| mv", self._aside, self._moved)
        ).as_run()


@operation(together=True)
def move(src: str, dest: str, overwrite: bool = False) -> Generator[StringCommand, None, None]:
    """Move a file or directory on the host into a directory.

    Where it fails, it leaves nothing behind in the directory, and what was there of that name is there again.

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
    aside = None
    moved = unix_path_join(dest, posixpath.basename(src.rstrip("/")))
    if host.get_fact(File, path=moved) is not None:
        if not overwrite:
            raise OperationError(f"dest {moved} already exists and `overwrite` is unset")
        _refuse_loss(src, dest)
        yield _Aside(moved, aside := temporary_path(dest, ".old"))
    yield _Move(src, dest, moved, aside)


def _refuse_loss(src: str, dest: str) -> None:
    """Refuse to remove what is to be moved, or a part of it, for what it would take the place of."""
    where = host.get_fact(Destination, src=src, dest=dest) if state.is_executing else ""
    if where == "in":
        raise OperationError(f"dest must be another directory: {src} is in {dest} already")
    if where == "below":
        raise OperationError(f"dest must not be in what is moved: {dest} is in {src}")
