"""A bridge of our own for each lab, with addresses that no other lab on this machine has."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TextIO

from pyinfra_testkit.hosts._errors import HostsError
from pyinfra_testkit.hosts._process import run

_STATE = Path("/run/pyinfra-testkit")
_SLOTS = 256
MAX_HOSTS = 250
_DISABLED, _FORWARDING = "0", "3"
"""States of a bridge's port, as bridge(8) numbers them."""


class Network:
    """One lab's network: 198.18.SLOT.0/24, from the range that RFC 2544 sets aside for tests.

    The slot is held by a file lock, so whatever kills the process frees it, and what that process left behind
    is cleared away by the next lab that is made.

    Attributes:
        directory: A folder for the lab's own files, empty at first; it goes with the network.
    """

    def __init__(self) -> None:
        """Take a free slot and make its bridge.

        Raises:
            HostsError: No slot is free, or the bridge could not be made.
        """
        self._slot, self._lock = _take_slot()
        self.directory = _directory(self._slot)
        self.directory.mkdir(mode=0o755)
        commands = (
            f"link add {self.bridge} address {self.mac(0)} type bridge\n"
            f"address add {self.address(0)}/24 dev {self.bridge}\n"
            f"link set {self.bridge} up\n"
        )
        run("ip", "-batch", "-", input=commands)

    @property
    def bridge(self) -> str:
        """The bridge's name."""
        return _bridge(self._slot)

    def address(self, index: int) -> str:
        """Give the IPv4 address of a host; index 0 is this machine."""
        return f"198.18.{self._slot}.{index + 1}"

    def mac(self, index: int) -> str:
        """Give the MAC address of a host; index 0 is this machine."""
        return f"02:c6:12:00:{self._slot:02x}:{index:02x}"

    def port(self, index: int) -> str:
        """Give the name of the bridge's port for a host."""
        return f"{self.bridge}h{index}"

    def add(self, index: int) -> None:
        """Make a host's address known.

        A fixed neighbour entry, since packets to a host that is cut off must be lost in silence, as on a real
        network, and not be answered with "no route to host".

        Args:
            index: The host's index, from 1.

        Raises:
            HostsError: The network is full.
        """
        if index > MAX_HOSTS:
            raise HostsError(f"a lab has room for {MAX_HOSTS} hosts")
        run(
            *("ip", "neighbour", "replace", self.address(index), "lladdr", self.mac(index)),
            *("dev", self.bridge, "nud", "permanent"),
        )

    def cut(self, index: int) -> None:
        """Drop every packet to and from a host."""
        run("bridge", "link", "set", "dev", self.port(index), "state", _DISABLED)

    def heal(self, index: int) -> None:
        """Carry a host's packets again; one that has no port, since it is just starting, gets one that does."""
        try:
            run("bridge", "link", "set", "dev", self.port(index), "state", _FORWARDING)
        except HostsError:
            if Path("/sys/class/net", self.port(index), "brport").exists():
                raise

    def close(self) -> None:
        """Remove the bridge and the folder, and free the slot."""
        _clear(self._slot)
        self._lock.close()


def _take_slot() -> tuple[int, TextIO]:
    """Lock a free slot, and clear away what killed processes left in every slot that nobody holds."""
    _STATE.mkdir(mode=0o755, exist_ok=True)
    taken = None
    for slot in range(_SLOTS):
        known = (_STATE / f"slot-{slot}.lock").exists()
        if taken and not known:
            break
        lock = _lock(slot)
        if lock is None:
            continue
        _clear(slot)
        if taken:
            lock.close()
        else:
            taken = slot, lock
    if taken is None:
        raise HostsError(f"all {_SLOTS} networks for labs are taken: is something leaving labs open?")
    return taken


def _lock(slot: int) -> TextIO | None:
    lock = (_STATE / f"slot-{slot}.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _bridge(slot: int) -> str:
    return f"pit{slot}"


def _directory(slot: int) -> Path:
    return _STATE / f"slot-{slot}"


def _clear(slot: int) -> None:
    devices = Path("/sys/class/net")
    for device in [*devices.glob(f"{_bridge(slot)}h*"), *devices.glob(_bridge(slot))]:
        _delete(device)
    shutil.rmtree(_directory(slot), ignore_errors=True)


def _delete(device: Path) -> None:
    try:
        run("ip", "link", "delete", device.name)
    except HostsError:
        # The kernel may have been faster: ports go with the last process of their host.
        if device.exists():
            raise
