"""The wording of what goes wrong between here and a host."""

from __future__ import annotations

import errno
import socket

from pyinfra.api.exceptions import ConnectError


class TransientConnectError(ConnectError):
    """A failure that another try may not meet: of the network, or of a host that is just starting."""


_HINTS = {
    errno.ECONNREFUSED: ("connection refused", "is sshd running there, on that port?"),
    errno.EHOSTUNREACH: ("no route to host", "check the address and the network between"),
    errno.ENETUNREACH: ("network unreachable", "check the address and this machine's network"),
    errno.ETIMEDOUT: ("connection timed out", "check the address, the port and the firewalls between"),
    errno.ECONNRESET: ("connection reset", "something on the way closes it"),
}


def connect_failed(error: OSError, host: str, port: int) -> TransientConnectError:
    """Word why no TCP connection was made.

    Args:
        error: what the socket raised.
        host: the name or address.
        port: the TCP port.

    Returns:
        The error to raise.
    """
    if isinstance(error, socket.gaierror):
        return TransientConnectError(
            f"name lookup failed: {host} has no address ({error.strerror}); check ssh_hostname, ssh_config and DNS"
        )
    code = errno.ETIMEDOUT if isinstance(error, TimeoutError) else error.errno
    what, hint = _HINTS.get(
        code or 0, (f"connection failed ({error.strerror or error})", "check the address")
    )
    return TransientConnectError(f"{what}: {host} port {port}; {hint}")


def one_line(text: str, limit: int = 300) -> str:
    """Make one printable line of what another program or host said.

    Args:
        text: the text.
        limit: the most characters to keep.

    Returns:
        The text without line breaks and control characters.
    """
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:limit]
