"""Moving files by sftp or scp, for those who set `ssh_file_transfer_protocol`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO, TYPE_CHECKING, Protocol

from paramiko import Channel, SFTPClient, SSHException
from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError

if TYPE_CHECKING:
    from ._sessions import Sessions

_PIECE = 32768
_PRIVATE = 0o600
_LONGEST_LINE = 4096


class SizedFile(Protocol):
    """A file of so many bytes."""

    def __len__(self) -> int:
        """Give the number of bytes."""

    def read(self, size: int) -> bytes:
        """Read so many bytes at most."""


Content = bytes | SizedFile


def _pieces(content: Content) -> Iterator[bytes]:
    file = BytesIO(content) if isinstance(content, bytes) else content
    while piece := file.read(_PIECE):
        yield piece


class Transfer(Protocol):
    """A way to move a file's content."""

    def upload(self, content: Content, path: str) -> None:
        """Write a new private file on the host."""

    def download(self, path: str, target: IO[bytes]) -> None:
        """Read a file of the host."""


def transfer_by(protocol: str, sessions: Sessions) -> Transfer:
    """Give the way that a protocol moves files.

    Args:
        protocol: `sftp` or `scp`.
        sessions: the connection's sessions.
    """
    return Sftp(sessions) if protocol == "sftp" else Scp(sessions)


class Sftp:
    """Moves files by sftp.

    Args:
        sessions: the connection's sessions.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def upload(self, content: Content, path: str) -> None:
        """Write a new private file on the host.

        Raises:
            PyinfraError: the host said why it could not be written.
            ConnectionLostError: the connection broke.
        """
        with self._client(f"could not write {path}") as client, client.open(path, "wx") as file:
            file.chmod(_PRIVATE)
            file.set_pipelined(True)
            for piece in _pieces(content):
                file.write(piece)

    def download(self, path: str, target: IO[bytes]) -> None:
        """Read a file of the host.

        Raises:
            PyinfraError: the host said why it could not be read.
            ConnectionLostError: the connection broke.
        """
        with self._client(f"could not read {path}") as client:
            client.getfo(path, target)

    @contextlib.contextmanager
    def _client(self, failure: str) -> Iterator[SFTPClient]:
        with self._sessions.session() as channel:
            try:
                channel.invoke_subsystem("sftp")
                yield SFTPClient(channel)
            except (SSHException, EOFError, OSError) as error:
                if not self._sessions.connection.transport.is_active():
                    raise self._sessions.lost("a file was moved") from error
                if isinstance(error, OSError):
                    raise PyinfraError(f"{failure}: {error.strerror or error}") from error
                raise PyinfraError(
                    f"{failure}: the host has no sftp ({error}); set ssh_file_transfer_protocol to scp, or not at all"
                ) from error


class Scp:
    """Moves files by the scp protocol, with the scp program of the host.

    Args:
        sessions: the connection's sessions.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def upload(self, content: Content, path: str) -> None:
        """Write a new private file on the host.

        Raises:
            PyinfraError: the host said why it could not be written.
            ConnectionLostError: the connection broke.
        """
        with self._stream("-t", path, f"could not write {path}") as stream:
            stream.expect_success()
            stream.channel.sendall(f"C{_PRIVATE:04o} {len(content)} file\n".encode())
            stream.expect_success()
            for piece in _pieces(content):
                stream.channel.sendall(piece)
            stream.channel.sendall(b"\0")
            stream.expect_success()

    def download(self, path: str, target: IO[bytes]) -> None:
        """Read a file of the host.

        Raises:
            PyinfraError: the host said why it could not be read.
            ConnectionLostError: the connection broke.
        """
        with self._stream("-f", path, f"could not read {path}") as stream:
            stream.channel.sendall(b"\0")
            left = stream.announced_size()
            stream.channel.sendall(b"\0")
            while left:
                piece = stream.some(min(left, _PIECE))
                target.write(piece)
                left -= len(piece)
            stream.expect_success()
            stream.channel.sendall(b"\0")

    @contextlib.contextmanager
    def _stream(self, direction: str, path: str, failure: str) -> Iterator[_ScpStream]:
        command = StringCommand("scp", direction, "--", QuoteString(path)).get_raw_value()
        with self._sessions.session() as channel:
            try:
                channel.exec_command(command.encode("utf-8", "surrogateescape"))
                yield _ScpStream(channel)
            except (SSHException, EOFError, OSError) as error:
                if not self._sessions.connection.transport.is_active():
                    raise self._sessions.lost("a file was moved") from error
                raise PyinfraError(f"{failure}: {error}") from error


class _ScpStream:
    """What the other side says, read piece by piece."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def some(self, most: int) -> bytes:
        piece: bytes = self.channel.recv(most)
        if not piece:
            said = self.channel.recv_stderr(_LONGEST_LINE).decode("utf-8", "replace").strip()
            raise EOFError(said or "scp on the host ended early")
        return piece

    def expect_success(self) -> None:
        if (answer := self.some(1)) != b"\0":
            raise EOFError(self._text_after(answer))

    def announced_size(self) -> int:
        head = self.some(1)
        text = self._text_after(head)
        if head != b"C":
            raise EOFError(text)
        return int(text.split()[1])

    def _text_after(self, head: bytes) -> str:
        line = b"" if head in (b"\1", b"\2") else head
        while not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            line += self.some(1)
        return line.decode("utf-8", "surrogateescape").strip()
