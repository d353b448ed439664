"""What stands in the way of a path, and the folder above it."""

from __future__ import annotations

import posixpath
from typing import Any

from pyinfra import host, state
from pyinfra.api import OperationError, StringCommand
from pyinfra.facts.files import Link
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import unix_path_join

from ._arguments import check_path
from ._local import timestamp

# As many links in a row as Linux follows.
_LINKS = 40


def make_way(
    path: str, kind: str, force: bool, force_backup: bool, force_backup_dir: Any | None
) -> tuple[StringCommand, list[StringCommand]]:
    """Give the command that moves away what is at a path and should not be, and what brings it back.

    Args:
        path: the path on the host.
        kind: what should be there: `file`, `directory` or `link`.
        force: whether it may be moved away.
        force_backup: whether it is kept under another name.
        force_backup_dir: the folder in which it is kept; None for its own.

    Returns:
        The command, and for `undone` those that put it in the place of what was made instead; none where it is removed.

    Raises:
        OperationError: it may not be moved.
    """
    if not force:
        raise OperationError(f"{path} exists and is not a {kind}")
    if force_backup:
        kept = f"{path.rstrip('/')}.{timestamp()}"
        if force_backup_dir:
            kept = unix_path_join(check_path("force_backup_dir", force_backup_dir), posixpath.basename(kept))
        clear = StringCommand("rmdir" if kind == "directory" else "rm -f", quote_path(path))
        return _move(path, kept), [clear, _move(kept, path)]
    return StringCommand("rm -rf", quote_path(path)), []


def _move(path: str, to: str) -> StringCommand:
    return StringCommand("mv", quote_path(path), quote_path(to))


def remove(path: str, recursive: bool = False) -> StringCommand:
    """Give the command that removes what is at a path."""
    return StringCommand("rm", "-rf" if recursive else "-f", quote_path(path))


def edited_path(path: str) -> str:
    """Give the path of the file that an edit is to replace: where a symbolic link is, what it leads to.

    In prepare nothing is asked: an earlier operation may make the link, and that the file changes is known without.

    Args:
        path: the path on the host.

    Returns:
        The path of what is no link.

    Raises:
        OperationError: the links lead nowhere but to each other.
    """
    if not state.is_executing:
        return path
    place = path
    for _ in range(_LINKS):
        link: Any = host.get_fact(Link, path=place)
        if link is None and place != path:
            break
        if not link:
            return place
        place = posixpath.join(posixpath.dirname(place), link["link_target"])
    raise OperationError(f"{path} on {host.name} is a symbolic link that leads to no file")
