"""Runs pyinfra 3.10 with Nagle's algorithm off on its ssh connections: the † of the tables.

paramiko leaves it on, and so each command of pyinfra 3.10 waits for a delayed acknowledgement. That is one line to
mend; what differs beyond it is shown by the tables having both.
"""

from __future__ import annotations

import socket
import sys
from importlib.metadata import entry_points
from typing import Any


def main() -> None:
    """Patch paramiko, and be the command line."""
    (program,) = entry_points(group="console_scripts", name="pyinfra")
    run = program.load()
    # Only now: what the command line imports has to come before paramiko.
    import paramiko

    plain = paramiko.Transport.__init__

    def without_delay(self: Any, sock: Any, *arguments: Any, **named: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain(self, sock, *arguments, **named)

    paramiko.Transport.__init__ = without_delay  # type: ignore[method-assign]
    sys.exit(run())


if __name__ == "__main__":
    main()
