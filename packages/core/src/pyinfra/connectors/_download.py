"""Where a download goes: the whole of it, or nothing."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.util import get_file_io

_IN_MEMORY = 1024 * 1024
_PIECE = 1024 * 1024


@contextlib.contextmanager
def download_to(filename_or_io: Any) -> Iterator[IO[bytes]]:
    """Give a file to download into, whose content reaches its place when the context ends without an error.

    Args:
        filename_or_io: a local path, which is replaced by a rename, or a binary IO.

    Yields:
        A binary file.

    Raises:
        PyinfraError: the local file can't be written.
    """
    if isinstance(filename_or_io, str | os.PathLike):
        with _replaced(Path(filename_or_io)) as file:
            yield file
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as content:
        yield content
        content.seek(0)
        with get_file_io(filename_or_io, "wb") as target:
            while piece := content.read(_PIECE):
                target.write(piece)


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    # Through a symbolic link, as a plain write would go.
    path = path.resolve()
    temporary = path.with_name(f".pyinfra-{secrets.token_hex(6)}")
    try:
        with temporary.open("xb") as file:
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            yield file
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise PyinfraError(f"could not write {path}: {error.strerror or error}") from error
        raise
