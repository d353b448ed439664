"""Uploads, as core makes them over the connector: whole or not at all."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import pytest
from pyinfra.api import QuoteString
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors.util import Placement

from ._base import BINARY, WORDS, Checks, Running, digest, digest_on, output_of

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra.api import Host


class UploadChecks(Checks):
    """Uploads: whole or not at all."""

    @pytest.mark.parametrize("content", [b"", b"one\ntwo", BINARY], ids=["nothing", "text", "binary"])
    def test_uploads(self, host: Host, folder: str, content: bytes, tmp_path: Path) -> None:
        """A file's bytes arrive as they are, from a path or an IO."""
        (tmp_path / "source").write_bytes(content)
        assert host.put_file(str(tmp_path / "source"), f"{folder}/path")
        assert host.put_file(io.BytesIO(content), f"{folder}/io")
        assert [digest_on(host, f"{folder}/{name}") for name in ("path", "io")] == [digest(content)] * 2

    def test_an_upload_of_text(self, host: Host, folder: str) -> None:
        """A text IO arrives in UTF-8, its newlines as they are."""
        assert host.put_file(io.StringIO("grün\r\n日本\n"), f"{folder}/text")
        assert digest_on(host, f"{folder}/text") == digest("grün\r\n日本\n".encode())

    def test_upload_names(self, host: Host, folder: str) -> None:
        """A file may be called anything."""
        for word in WORDS:
            assert host.put_file(io.BytesIO(word.encode()), f"{folder}/{word}")
        assert [digest_on(host, f"{folder}/{word}") for word in WORDS] == [
            digest(word.encode()) for word in WORDS
        ]
        assert _names_in(host, folder) == sorted(f"./{word}" for word in WORDS)

    def test_an_upload_replaces(self, host: Host, folder: str) -> None:
        """A longer file is replaced by a shorter one, and its mode is kept."""
        path = f"{folder}/file"
        output_of(host, "echo older and longer >", QuoteString(path), "; chmod 640", QuoteString(path))
        assert host.put_file(io.BytesIO(b"new"), path)
        assert output_of(host, "cat", QuoteString(path)) == "new"
        assert output_of(host, "ls -l", QuoteString(path)).startswith("-rw-r-----")

    def test_an_upload_is_atomic(self, host: Host, folder: str) -> None:
        """A file that is there is replaced by a rename, and never written to.

        Another name of the old file would show it.
        """
        file, other = QuoteString(f"{folder}/file"), QuoteString(f"{folder}/other")
        output_of(host, "echo old >", file, "; ln", file, other)
        assert host.put_file(io.BytesIO(b"new"), f"{folder}/file")
        assert output_of(host, "cat", file, other) == "newold"

    def test_an_upload_leaves_nothing_else(self, host: Host, folder: str) -> None:
        """Beside the file there is nothing after an upload."""
        assert host.put_file(io.BytesIO(BINARY), f"{folder}/file")
        assert host.put_file(io.BytesIO(b"new"), f"{folder}/file")
        assert _names_in(host, folder) == ["./file"]

    def test_an_upload_through_a_link(self, host: Host, folder: str) -> None:
        """A symbolic link stands for what it leads to."""
        output_of(host, f"echo old >{folder}/file; ln -s file {folder}/link")
        assert host.put_file(io.BytesIO(b"new"), f"{folder}/link")
        assert output_of(host, f"cat {folder}/file; test -h {folder}/link") == "new"

    def test_an_upload_that_fails(self, host: Host, folder: str) -> None:
        """What can't be written is an error of pyinfra's or False, and leaves all as it was."""
        output_of(host, f"mkdir {folder}/folder")
        assert not _done(host, b"new", f"{folder}/no folder/file")
        assert not _done(host, b"new", f"{folder}/folder")
        assert _names_in(host, folder) == ["./folder"]

    def test_an_upload_with_a_mode(self, host: Host, folder: str) -> None:
        """A file has the mode that was asked for before it is in its place."""
        assert host.put_file(io.BytesIO(b"new"), f"{folder}/file", placement=Placement(mode="640"))
        assert output_of(host, f"ls -l {folder}/file").startswith("-rw-r-----")

    def test_an_upload_that_is_refused(self, host: Host, folder: str) -> None:
        """Content that the check of a placement refuses leaves the old file."""
        output_of(host, f"echo old >{folder}/file")
        assert not _done(host, b"new", f"{folder}/file", placement=Placement(validate="grep -q good {}"))
        assert output_of(host, f"cat {folder}/file") == "old"
        assert _names_in(host, folder) == ["./file"]

    def test_an_upload_that_is_cut_off(self, host: Host, folder: str) -> None:
        """Where the connection ends in the middle of an upload, the old file is there, or the new one."""
        output_of(host, f"echo old >{folder}/file")
        content = BINARY * 4
        running = Running(lambda: host.put_file(io.BytesIO(content), f"{folder}/file"))
        running.wait(0.2)
        host.connector.disconnect()
        ended = running.wait()
        host.connector.connect()
        assert ended, "the upload goes on for ever"
        assert digest_on(host, f"{folder}/file") in (digest(b"old\n"), digest(content))


def _done(host: Host, content: bytes, path: str, **arguments: Any) -> bool:
    with contextlib.suppress(PyinfraError):
        return host.put_file(io.BytesIO(content), path, **arguments)
    return False


def _names_in(host: Host, folder: str) -> list[str]:
    """The names of what is in a folder; those of `WORDS` may have newlines in them."""
    told = output_of(host, "find . ! -name . -exec printf '%s/' {} \\;", _chdir=folder)
    return sorted(f"./{name}" for name in told.removeprefix("./").removesuffix("/").split("/./") if name)
