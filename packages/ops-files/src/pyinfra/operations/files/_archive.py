"""Many small files as one archive, made when it is read."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence

from ._local import LocalFileError


class Archive(io.RawIOBase):
    """A tar archive of local files, which holds nothing of them but their contents.

    Args:
        members: the local path of each file, and its path in the archive.
    """

    def __init__(self, members: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._members = members
        self._content: io.BytesIO | None = None

    def __repr__(self) -> str:
        return f"<an archive of {len(self._members)} files>"

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be wound."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in it; at its start, it is forgotten and read anew from the files."""
        if (offset, whence) == (0, io.SEEK_SET):
            self._content = None
            return 0
        return self._made().seek(offset, whence)

    def read(self, size: int = -1, /) -> bytes:
        """Read bytes of it.

        Raises:
            LocalFileError: a file can't be read.
        """
        return self._made().read(size)

    def _made(self) -> io.BytesIO:
        if self._content is None:
            self._content = io.BytesIO()
            # This format alone is read by GNU's tar, busybox's and libarchive's, whatever the names.
            with tarfile.open(fileobj=self._content, mode="w", format=tarfile.GNU_FORMAT) as archive:
                for path, name in self._members:
                    _add(archive, path, name)
            self._content.seek(0)
        return self._content


def _add(archive: tarfile.TarFile, path: str, name: str) -> None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the path may hold bytes that are no text
            content = file.read()
    except OSError as error:
        raise LocalFileError(f"{path} can't be read: {error.strerror}") from error
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(content))
