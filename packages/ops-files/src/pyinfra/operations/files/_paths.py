"""What stands in the way of a path, and the folder above it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from pyinfra.api import OperationError, StringCommand
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import unix_path_join

from ._arguments import check_path
from ._local import timestamp


def make_way(
    path: str, kind: str, force: bool, force_backup: bool, force_backup_dir: Any | None
) -> Iterator[StringCommand]:
    """Give the command that moves away what is at a path and should not be.

    Args:
        path: the path on the host.
        kind: what should be there: `file`, `directory` or `link`.
        force: whether it may be moved away.
        force_backup: whether it is kept under another name.
        force_backup_dir: the folder in which it is kept; None for its own.

    Yields:
        The command.

    Raises:
        OperationError: it may not be moved.
    """
    if not force:
        raise OperationError(f"{path} exists and is not a {kind}")
    if force_backup:
        kept = f"{path.rstrip('/')}.{timestamp()}"
        if force_backup_dir:
            kept = unix_path_join(check_path("force_backup_dir", force_backup_dir), posixpath.basename(kept))
        yield StringCommand("mv", quote_path(path), quote_path(kept))
    else:
        yield StringCommand("rm -rf", quote_path(path))


def remove(path: str, recursive: bool = False) -> StringCommand:
    """Give the command that removes what is at a path."""
    return StringCommand("rm", "-rf" if recursive else "-f", quote_path(path))
