"""The stream under a connection: TCP, or a command's stdin and stdout."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, Any

from ._errors import TransientConnectError, connect_failed, one_line

if TYPE_CHECKING:
    from ._target import Target

# Seconds after which the kernel gives up a connection whose peer acknowledges nothing.
_UNACKNOWLEDGED = 45


def connect_tcp(target: Target) -> socket.socket:
    """Open a TCP connection, trying each of the host's addresses.

    Args:
        target: where to.

    Returns:
        The socket, tuned for many small messages.

    Raises:
        TransientConnectError: no address answered.
    """
    deadline = time.monotonic() + target.timeout
    try:
        found = socket.getaddrinfo(target.host, target.port, target.family, socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        reason = error if isinstance(error, socket.gaierror) else socket.gaierror(-2, "not a host name")
        raise connect_failed(reason, target.host, target.port) from error
    failure: OSError = TimeoutError()
    for index, (family, kind, protocol, _, address) in enumerate(found):
        left = max(deadline - time.monotonic(), 0.1)
        sock = socket.socket(family, kind, protocol)
        try:
            # An address that does not answer leaves time for those after it.
            sock.settimeout(left if index == len(found) - 1 else max(left / 2, 0.1))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            _tune(sock)
            return sock
    raise connect_failed(failure, target.host, target.port) from failure


def _tune(sock: socket.socket) -> None:
    # Nagle's algorithm holds a request back until the one before is acknowledged: 40 ms for each command.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED * 1000)


class ProxyProcess:
    """The command of a ProxyCommand.

    Args:
        command: the command, for the shell.

    Attributes:
        sock: the stream that its stdin and stdout are.
    """

    def __init__(self, command: str) -> None:
        self.command = command
        self.sock, theirs = socket.socketpair()
        self._errors: Any = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(  # noqa: S602 - the user's own command
                f"exec {command}",
                shell=True,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError as error:
            self.sock.close()
            self._errors.close()
            raise TransientConnectError(f"proxy failed: {command}: {error.strerror}") from error
        finally:
            theirs.close()

    def failure(self) -> TransientConnectError:
        """Word why it made no connection."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.poll()
        self._errors.seek(0)
        said = one_line(self._errors.read().decode("utf-8", "replace"))
        ended = "it gave no ssh connection" if code is None else f"it ended with exit code {code}"
        return TransientConnectError(
            f"proxy failed: {self.command}: {ended}{f' and said: {said}' if said else ''}; check the ProxyCommand"
        )

    def close(self) -> None:
        """End it."""
        self.sock.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._errors.close()
