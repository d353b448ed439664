"""The content of an upload: bytes, or a file that is read as it is sent."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import RawIOBase
from typing import IO, Any

from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.util import get_file_io

# Files of no more bytes are read whole: they go to the host with the command.
_SMALL = 1 << 20


@contextmanager
def upload_content(filename_or_io: Any, streams: bool) -> Iterator[bytes | FileContent]:
    """Give what is to be uploaded.

    An IO is read whole: several hosts may be sent the same one at a time.

    Args:
        filename_or_io: a local path, or an IO.
        streams: whether a large file may be given as a file.

    Raises:
        PyinfraError: it can't be read.
    """
    with ExitStack() as opened:
        try:
            source = opened.enter_context(get_file_io(filename_or_io))
            size = _size_of_large_file(source) if streams and not hasattr(filename_or_io, "read") else None
            content = source.read() if size is None else FileContent(source, size)
        except OSError as error:
            raise PyinfraError(
                f"could not read {filename_or_io} on this machine: {error.strerror}"
            ) from error
        yield content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content


def _size_of_large_file(source: IO[Any]) -> int | None:
    """Give a regular file's size in bytes; None for one that is small or tells no size."""
    try:
        found = os.fstat(source.fileno())
    except (OSError, AttributeError, TypeError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) and found.st_size > _SMALL else None


class FileContent(RawIOBase):
    """The bytes that a file has now, whatever is written behind them while they are read.

    Args:
        file: the file, at its start.
        size: how many bytes it has.
    """

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = self._left = size

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes, as many as there are by default."""
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece
