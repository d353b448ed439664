"""A command's input, made of what delivers the command and what the command reads."""

from __future__ import annotations

from io import RawIOBase
from typing import IO, cast


def joined(prefix: bytes, stdin: bytes | IO[bytes] | None) -> bytes | IO[bytes]:
    """Put bytes before an input.

    Args:
        prefix: the bytes.
        stdin: the input; a file is not read here.

    Returns:
        Both, one after the other.
    """
    if stdin is None:
        return prefix
    if isinstance(stdin, bytes):
        return prefix + stdin
    return cast("IO[bytes]", _Joined(prefix, stdin)) if prefix else stdin


class _Joined(RawIOBase):
    """A file with bytes before it."""

    def __init__(self, prefix: bytes, file: IO[bytes]) -> None:
        self._prefix = prefix
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if self._prefix:
            prefix, self._prefix = self._prefix, b""
            return prefix
        return self._file.read(size)
