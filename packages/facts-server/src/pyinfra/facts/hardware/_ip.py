"""Parsers of `ip addr show`, as JSON and as text (iproute2, busybox)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ._addresses import add_address, ipv4, ipv6

HEADER = re.compile(r"\d+:\s+(?P<name>[^\s@]+)(?:@\S+)?:\s+<(?P<flags>[^>]*)>(?P<rest>.*)")
INET = re.compile(
    r"inet\s+(?P<address>[^\s/]+)(?:\s+peer\s+[^\s/]+)?(?:/(?P<bits>\d+))?(?:.*?\sbrd\s+(?P<broadcast>\S+))?"
)
INET6 = re.compile(r"inet6\s+(?P<address>[^\s/]+)(?:\s+peer\s+[^\s/]+)?(?:/(?P<bits>\d+))?")


def parse_ip_json(text: str) -> dict[str, dict[str, Any]]:
    """Parse the output of `ip -j addr show`.

    Args:
        text: a JSON list of devices.

    Returns:
        The devices by name; none for what is not JSON.
    """
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    devices: dict[str, dict[str, Any]] = {}
    for entry in entries:
        # iproute2 prints an empty object for each device that it leaves out.
        if not isinstance(entry, dict) or not isinstance(entry.get("ifname"), str):
            continue
        device: dict[str, Any] = {}
        if entry.get("link_type", "ether") in ("ether", "loopback") and "address" in entry:
            device["ether"] = entry["address"]
        if "mtu" in entry:
            device["mtu"] = entry["mtu"]
        device["state"] = entry.get("operstate", "UNKNOWN")
        listed = entry.get("addr_info")
        for address in listed if isinstance(listed, list) else ():
            if isinstance(address, dict):
                _add_json_address(device, address)
        devices[entry["ifname"]] = device
    return devices


def _add_json_address(device: dict[str, Any], entry: dict[str, Any]) -> None:
    address, bits = entry.get("local"), entry.get("prefixlen")
    if not isinstance(address, str) or not isinstance(bits, int):
        return
    if entry.get("family") == "inet":
        add_address(device, "ipv4", ipv4(address, bits, entry.get("broadcast")))
    elif entry.get("family") == "inet6":
        add_address(device, "ipv6", ipv6(address, bits))


def parse_ip_text(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Parse the output of `ip addr show`.

    Args:
        lines: its lines, indented or not.

    Returns:
        The devices by name.
    """
    devices: dict[str, dict[str, Any]] = {}
    device: dict[str, Any] = {}
    for line in (line.strip() for line in lines):
        if found := HEADER.match(line):
            device = devices[found["name"]] = _header(found)
        elif line.startswith("link/ether "):
            device["ether"] = line.split()[1]
        elif found := INET6.match(line):
            add_address(device, "ipv6", ipv6(found["address"], int(found["bits"] or 128)))
        elif found := INET.match(line):
            add_address(device, "ipv4", ipv4(found["address"], int(found["bits"] or 32), found["broadcast"]))
    return devices


def _header(found: re.Match[str]) -> dict[str, Any]:
    mtu = re.search(r"\bmtu (\d+)", found["rest"])
    state = re.search(r"\bstate (\w+)", found["rest"])
    is_up = "UP" in found["flags"].split(",")
    return {
        **({"mtu": int(mtu[1])} if mtu else {}),
        "state": "UP" if is_up else state[1] if state else "UNKNOWN",
    }
