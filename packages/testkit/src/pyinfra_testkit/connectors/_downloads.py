"""Downloads."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest
from pyinfra.api.exceptions import PyinfraError

from ._base import BINARY, WORDS, Checks

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra.api import Host


class DownloadChecks(Checks):
    """Downloads: what was uploaded comes back."""

    @pytest.mark.parametrize("content", [b"", b"one\r\ntwo", BINARY], ids=["nothing", "text", "binary"])
    def test_downloads(self, host: Host, folder: str, content: bytes, tmp_path: Path) -> None:
        """A file's bytes come as they are, to a path or into an IO."""
        assert host.put_file(io.BytesIO(content), f"{folder}/file")
        into = io.BytesIO()
        assert host.get_file(f"{folder}/file", into)
        assert host.get_file(f"{folder}/file", str(tmp_path / "file"))
        assert into.getvalue() == content
        assert (tmp_path / "file").read_bytes() == content

    def test_download_names(self, host: Host, folder: str) -> None:
        """A file may be called anything."""
        came = []
        for word in WORDS:
            assert host.put_file(io.BytesIO(word.encode()), f"{folder}/{word}")
            into = io.BytesIO()
            assert host.get_file(f"{folder}/{word}", into)
            came.append(into.getvalue().decode())
        assert came == list(WORDS)

    def test_a_download_that_fails(self, host: Host, folder: str, tmp_path: Path) -> None:
        """What can't be read is an error of pyinfra's or False, and leaves the local file."""
        (tmp_path / "file").write_bytes(b"old")
        done = False
        with contextlib.suppress(PyinfraError):
            done = host.get_file(f"{folder}/no such file", str(tmp_path / "file"))
        assert not done
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"old"}
