"""Where a download goes: the whole of it, or nothing."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.util import get_file_io

_IN_MEMORY = 1024 * 1024
_NEW_FILE = 0o666
_PIECE = 1024 * 1024


@contextlib.contextmanager
def download_to(filename_or_io: Any) -> Iterator[IO[bytes]]:
    """Give a file to download into, whose content reaches its place when the context ends without an error.

    Args:
        filename_or_io: a local path, which is replaced by a rename, or an IO.

    Yields:
        A binary file.

    Raises:
        PyinfraError: the local file can't be written.
    """
    if not isinstance(filename_or_io, str | os.PathLike):
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
            yield content
            content.seek(0)
            with get_file_io(filename_or_io, "wb") as target:
                while piece := content.read(_PIECE):
                    target.write(piece)
        return
    path = Path(filename_or_io)
    try:
        descriptor, name = tempfile.mkstemp(prefix=".pyinfra-", dir=path.parent)
    except OSError as error:
        raise PyinfraError(f"could not write {path}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _mode(path))
            yield file
        # Through a symbolic link, as a plain write would go.
        Path(name).replace(path.resolve())
    except BaseException as error:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        if isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise PyinfraError(f"could not write {path}: {error.strerror or error}") from error
        raise


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return _NEW_FILE & ~mask
