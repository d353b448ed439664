"""Counts the ssh sessions that each host's sshd starts: commands, and sftp.

sshd tells syslog of each session; this is the hosts' syslog. It tells of all tools alike, whatever they say themselves.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections import Counter
from pathlib import Path

from pyinfra_testkit.hosts import RealHost

_STARTING = b"Starting session: "
_LARGEST = 8192
_POLL_SECONDS = 0.5


class Sessions:
    """The syslog of all hosts of a lab."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._selector = selectors.DefaultSelector()
        self._sockets: dict[str, tuple[int, socket.socket]] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def listen(self, host: RealHost) -> None:
        """Be the syslog of a host, also of one that was reset."""
        pid, old = self._sockets.get(host.name, (None, None))
        if pid == host.pid:
            return
        if old is not None:
            self._selector.unregister(old)
            old.close()
        log = host.root / "dev/log"
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listening.bind(str(log))
        listening.setblocking(False)
        Path(log).chmod(0o666)
        self._sockets[host.name] = (host.pid, listening)
        self._selector.register(listening, selectors.EVENT_READ, host.name)

    def take(self) -> dict[str, int]:
        """Give how many sessions each host has started since this was asked last, by name."""
        counts, self._counts = self._counts, Counter()
        return dict(counts)

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        self._thread.join()
        for _, each in self._sockets.values():
            each.close()

    def _read(self) -> None:
        while not self._closed.is_set():
            for key, _ in self._selector.select(_POLL_SECONDS):
                assert isinstance(key.fileobj, socket.socket)
                with contextlib.suppress(OSError):
                    while message := key.fileobj.recv(_LARGEST):
                        self._counts[key.data] += _STARTING in message
