"""Parser of `ifconfig -a`: of net-tools old and new, busybox, BSD and macOS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ._addresses import add_address, ipv4, ipv6, mask_bits_of

HEADER = re.compile(r"(?P<name>[^\s:]+(?::\d+)?):?\s+(?:flags=\w+<(?P<flags>[^>]*)>|Link encap:)(?P<rest>.*)")
ETHER = re.compile(r"\b(?:ether|HWaddr|lladdr|address:)\s+(?P<ether>(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})\b")
MTU = re.compile(r"\bmtu[ :](?P<mtu>\d+)", re.IGNORECASE)
# NetBSD has the bits of the mask behind the address.
INET = re.compile(r"inet (?:addr:)?(?P<address>[^\s/]+)(?:/(?P<bits>\d+))?")
MASK = re.compile(r"\b(?:netmask |Mask:)(?P<mask>\S+)")
BROADCAST = re.compile(r"\b(?:broadcast |Bcast:)(?P<broadcast>\S+)")
INET6 = re.compile(r"inet6 (?:addr: ?)?(?P<address>[^\s/]+)(?:/| +(?:-->.*?)?prefixlen )(?P<bits>\d+)")
HOST_BITS = 32


def parse_ifconfig(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Parse the output of `ifconfig -a`.

    Args:
        lines: its lines, indented or not.

    Returns:
        The devices by name.
    """
    devices: dict[str, dict[str, Any]] = {}
    device: dict[str, Any] = {}
    for line in (line.strip() for line in lines):
        found = HEADER.match(line)
        if found:
            device = devices[found["name"]] = {"state": _state(found["flags"])}
        if devices:
            _add_line(device, line)
    return devices


def _state(flags: str | None) -> str:
    return "UP" if "UP" in (flags or "").split(",") else "UNKNOWN"


def _add_line(device: dict[str, Any], line: str) -> None:
    if found := ETHER.search(line):
        device["ether"] = found["ether"].lower()
    if found := MTU.search(line):
        device["mtu"] = int(found["mtu"])
    # The flags of the old net-tools and of busybox stand on a line of their own.
    if line.startswith("UP "):
        device["state"] = "UP"
    if found := INET6.match(line):
        add_address(device, "ipv6", ipv6(found["address"], int(found["bits"])))
    elif found := INET.match(line):
        mask, broadcast = MASK.search(line), BROADCAST.search(line)
        bits = int(found["bits"]) if found["bits"] else mask_bits_of(mask["mask"]) if mask else None
        add_address(
            device,
            "ipv4",
            ipv4(
                found["address"],
                HOST_BITS if bits is None else bits,
                broadcast["broadcast"] if broadcast else None,
            ),
        )
