"""This machine's side: local paths, and what of them test suites replace on the face of this package."""

from __future__ import annotations

import secrets
from typing import IO, TYPE_CHECKING, Any, TypeGuard

from pyinfra import host, state
from pyinfra.api import OperationError
from pyinfra.api.util import get_file_path

if TYPE_CHECKING:
    from types import ModuleType


class LocalFileError(OperationError, OSError):
    """A file or folder that an operation needs on this machine is not there, or can't be read."""

    __str__ = Exception.__str__


def local_os() -> ModuleType:
    """Give the `os` that the face of this package holds."""
    from pyinfra.operations import files

    return files.os


def timestamp() -> str:
    """Give what backups of this minute end with, from the face of this package."""
    from pyinfra.operations import files

    return files.get_timestamp()


def temporary_path(folder: str | None = None, ending: str = "") -> str:
    """Give a path for a temporary file on the host, new each time.

    A name that others could guess might be there before, as a link to somewhere else.

    Args:
        folder: its folder on the host; None for the configured one.
        ending: what the name ends with.

    Returns:
        The path.
    """
    key = f"{secrets.token_hex(16)}{ending}"
    return host.get_temp_filename(key, not ending, temp_directory=folder)


def is_io(source: object) -> TypeGuard[IO[Any]]:
    """Tell whether a source is an IO, not a path."""
    return hasattr(source, "read")


def local_path(path: str, add_deploy_dir: bool) -> str:
    """Give the path of a local file that a deploy names.

    Args:
        path: the path as it was given.
        add_deploy_dir: whether it is relative to the deploy's folder.

    Returns:
        The path.
    """
    return get_file_path(state, path) if add_deploy_dir else path
