"""Input: what commands read on stdin."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ._base import BINARY, Checks, digest, digest_on, output_of, run

if TYPE_CHECKING:
    from pyinfra.api import Host


class InputChecks(Checks):
    """What commands read on stdin. A connector that takes batches must pass them all."""

    def test_no_stdin(self, host: Host) -> None:
        """Without `_stdin` a command reads nothing, and does not wait for more."""
        assert output_of(host, "cat; echo end", _timeout=20) == "end"

    def test_stdin_of_text(self, host: Host) -> None:
        """A text is read with a newline at its end, lines with one each."""
        assert output_of(host, "cat; echo end", _stdin="it's\n$HOME") == "it's\n$HOME\nend"
        assert output_of(host, "cat; echo end", _stdin=["one", "", "two"]) == "one\n\ntwo\nend"

    def test_stdin_of_bytes(self, host: Host, folder: str) -> None:
        """Bytes are read as they are, also megabytes, also from a file."""
        output_of(host, f"cat >{folder}/bytes", _stdin=BINARY)
        output_of(host, f"cat >{folder}/file", _stdin=io.BytesIO(BINARY))
        output_of(host, f"cat >{folder}/none", _stdin=b"")
        digests = [digest_on(host, f"{folder}/{name}") for name in ("bytes", "file", "none")]
        assert digests == [digest(BINARY), digest(BINARY), digest(b"")]

    def test_stdin_that_is_not_read(self, host: Host) -> None:
        """A command need not read what it is given."""
        assert run(host, "exit 0", _stdin=BINARY)[0] is True
        assert run(host, "exit 3", _stdin=BINARY)[0] is False

    def test_stdin_and_output_at_once(self, host: Host) -> None:
        """A command may print while it reads, more than any buffer holds."""
        text = "x" * 99 + "\n"
        assert len(output_of(host, "cat", _stdin=(text * 20_000).encode())) == 2_000_000 - 1
