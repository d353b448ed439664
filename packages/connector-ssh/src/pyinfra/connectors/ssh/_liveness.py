"""Noticing that a host has stopped answering, though nothing says so.

A host whose power or network is gone closes nothing, and a frozen one still acknowledges. So each connection asks for
an answer when it has been silent, and one thread closes those that stay silent too long, which ends every call on them.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from typing import TYPE_CHECKING, Any

from paramiko.packet import Packetizer

if TYPE_CHECKING:
    from paramiko import Message

    from ._transport import HostTransport

# Seconds of silence after which a question is sent, and after which the host counts as gone.
ASK_AFTER = 10
GONE_AFTER = 45

_TICK = 1.0


class CountingPacketizer(Packetizer):
    """Counts the messages that came, and starts no timer: who connects keeps the time.

    Attributes:
        received: how many messages came.
    """

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self.received = 0
        tcp = isinstance(sock, socket.socket) and sock.family in (socket.AF_INET, socket.AF_INET6)
        self._tcp = sock if tcp and hasattr(socket, "TCP_QUICKACK") else None

    def read_message(self) -> tuple[int, Message]:
        """Read the next message."""
        if self._tcp is not None:
            # sshd leaves Nagle's algorithm on for commands without a terminal: it holds its next message back until
            # the last one is acknowledged, which the kernel would delay by 40 ms. It forgets the option after a while.
            with contextlib.suppress(OSError):
                self._tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        message: tuple[int, Message] = super().read_message()
        self.received += 1
        return message

    def start_handshake(self, timeout: float) -> None:
        """Start no timer: paramiko's is a thread that would hold up the end of the program."""


class Watchdog:
    """Closes connections on which nothing has come for too long.

    It counts seconds in which it ran, so that a program that was stopped for an hour finds its hosts alive.
    """

    def __init__(self, tick: float = _TICK) -> None:
        self._tick = tick
        self._lock = threading.Lock()
        self._watched: weakref.WeakKeyDictionary[HostTransport, list[float]] = weakref.WeakKeyDictionary()
        self._thread: threading.Thread | None = None

    def watch(self, transport: HostTransport) -> None:
        """Watch a connection until it is closed."""
        with self._lock:
            self._watched[transport] = [-1, 0.0]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pyinfra-ssh-watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(self._tick)
            with self._lock:
                gone = [
                    transport
                    for transport, seen in list(self._watched.items())
                    if self._is_gone(transport, seen)
                ]
                for transport in list(self._watched):
                    if transport in gone or not transport.is_active():
                        del self._watched[transport]
                if not self._watched:
                    self._thread = None
            for transport in gone:
                transport.give_up(f"it has not answered for {transport.gone_after:g} seconds")
            if self._thread is not threading.current_thread():
                return

    def _is_gone(self, transport: HostTransport, seen: list[float]) -> bool:
        received = transport.packetizer.received
        if received != seen[0]:
            seen[:] = [received, 0.0]
            return False
        seen[1] += self._tick
        return seen[1] >= transport.gone_after


watchdog = Watchdog()
