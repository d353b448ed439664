"""The wire between the tool that is measured and the hosts: delays every frame, and counts what crosses it.

Run as a program, with the names of the two TAP devices to make. A user-space wire is used since many kernels have no
netem. Frames keep their virtio header, so a large segment crosses as one and no checksum is worked out.

One JSON object a line on stdin sets the round trip (`{"rtt": 50}`, in milliseconds) or takes the counts
(`{"take": true}`); each is answered by a line on stdout. It ends with its stdin.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

_TUNSETIFF, _TUNSETOFFLOAD = 0x400454CA, 0x400454D0
_IFF_TAP, _IFF_NO_PI, _IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
_TUN_F_CSUM, _TUN_F_TSO4, _TUN_F_TSO6 = 0x01, 0x02, 0x04

_VNET = 10
"""Bytes of the virtio header before each frame."""
_IP = _VNET + 14
_IPV4, _TCP, _SYN = b"\x08\x00", 6, 0x02
_LARGEST = 70_000
_AT_ONCE = 64
"""Frames read from one side before the other has its turn."""


@dataclass
class Counts:
    """What crossed the wire between the control side and one host.

    Attributes:
        round_trips: The longest chain of messages each of which was sent after the one before it had arrived, there
            and back. A message is a TCP segment that opens a connection or carries data; acknowledgements are none.
        connections: TCP connections that were opened.
        sent: Bytes of data in TCP segments towards the host.
        received: Bytes of data in TCP segments from the host.
    """

    round_trips: int = 0
    connections: int = 0
    sent: int = 0
    received: int = 0


class Link:
    """The messages between the control side and one host, with a logical clock on either side."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._host_clock = 0

    def leave(self, from_host: bool, size: int, opens: bool) -> int:
        """Count a message that is sent, and give the time that it carries."""
        if from_host:
            self.counts.received += size
            return self._host_clock
        self.counts.sent += size
        self.counts.connections += opens
        return self.counts.round_trips

    def arrive(self, from_host: bool, stamp: int) -> None:
        """Take the time that a message carried."""
        if from_host:
            self.counts.round_trips = max(self.counts.round_trips, stamp + 1)
        else:
            self._host_clock = max(self._host_clock, stamp)


class Wire:
    """Two TAP devices, and the frames that are on their way from one to the other."""

    def __init__(self, control: str, hosts: str) -> None:
        self._taps = (_open_tap(control), _open_tap(hosts))
        self._flying: tuple[deque[Any], deque[Any]] = (deque(), deque())
        self._links: dict[bytes, Link] = {}
        self._delay = 0.0

    def run(self) -> None:
        """Carry frames until stdin ends."""
        orders = sys.stdin.fileno()
        while True:
            wait = self._land()
            ready, _, _ = select.select([*self._taps, orders], [], [], wait)
            if orders in ready:
                line = sys.stdin.buffer.readline()
                if not line:
                    return
                print(json.dumps(self._obey(json.loads(line))), flush=True)
            for side, tap in enumerate(self._taps):
                if tap in ready:
                    self._take_off(side, tap)

    def _obey(self, order: dict[str, Any]) -> dict[str, Any]:
        if "rtt" in order:
            self._delay = order["rtt"] / 2000
            return {}
        counts = {socket.inet_ntoa(host): asdict(link.counts) for host, link in self._links.items()}
        self._links.clear()
        return counts

    def _take_off(self, side: int, tap: int) -> None:
        for _ in range(_AT_ONCE):
            try:
                frame = os.read(tap, _LARGEST)
            except BlockingIOError:
                return
            link, stamp = self._message(frame, from_host=side == 1)
            flight = (time.monotonic() + self._delay, frame, link, stamp)
            if self._delay:
                self._flying[side].append(flight)
            else:
                self._deliver(side, flight)

    def _land(self) -> float | None:
        """Deliver what is due, and give the seconds until the next is."""
        waits = []
        for side, flying in enumerate(self._flying):
            while flying:
                wait = flying[0][0] - time.monotonic()
                if wait > 0:
                    waits.append(wait)
                    break
                self._deliver(side, flying.popleft())
        return min(waits, default=None)

    def _deliver(self, side: int, flight: tuple[float, bytes, Link | None, int]) -> None:
        _, frame, link, stamp = flight
        if link is not None:
            link.arrive(side == 1, stamp)
        try:
            os.write(self._taps[1 - side], frame)
        except OSError:
            # As on any wire, what the other end can't take is lost.
            return

    def _message(self, frame: bytes, *, from_host: bool) -> tuple[Link | None, int]:
        if frame[_IP - 2 : _IP] != _IPV4 or frame[_IP + 9] != _TCP:
            return None, 0
        tcp = _IP + (frame[_IP] & 0x0F) * 4
        total = int.from_bytes(frame[_IP + 2 : _IP + 4], "big") or len(frame) - _IP
        size = total - (tcp - _IP) - (frame[tcp + 12] >> 4) * 4
        opens = bool(frame[tcp + 13] & _SYN)
        if not size and not opens:
            return None, 0
        host = frame[_IP + 12 : _IP + 16] if from_host else frame[_IP + 16 : _IP + 20]
        link = self._links.get(host) or self._links.setdefault(host, Link())
        return link, link.leave(from_host, size, opens)


def _open_tap(name: str) -> int:
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI | _IFF_VNET_HDR))
    fcntl.ioctl(tap, _TUNSETOFFLOAD, _TUN_F_CSUM | _TUN_F_TSO4 | _TUN_F_TSO6)
    return tap


if __name__ == "__main__":
    os.setpriority(os.PRIO_PROCESS, 0, -10)
    made = Wire(*sys.argv[1:])
    print("{}", flush=True)
    made.run()
