"""What the parsers of `ip` and `ifconfig` share: how an address is written down."""

from __future__ import annotations

import re
from typing import Any

ALL_ONES = 0xFFFFFFFF
IPV4_BITS = 32
IPV6_BITS = 128
OCTETS = 4
OCTET = 255


def add_address(device: dict[str, Any], family: str, address: dict[str, Any] | None) -> None:
    """Add an address to a device.

    Args:
        device: the device's values so far.
        family: `ipv4` or `ipv6`.
        address: what `ipv4` or `ipv6` made; None is not added.
    """
    if address is None:
        return
    if family in device:
        device[family].setdefault("additional_ips", []).append(address)
    else:
        device[family] = address


def ipv4(address: str, mask_bits: int, broadcast: str | None) -> dict[str, Any] | None:
    """Describe an IPv4 address.

    Args:
        address: the address.
        mask_bits: how many bits of it are the network's.
        broadcast: the broadcast address, if there is one.

    Returns:
        The address, with its mask in both spellings; None for what is no address.
    """
    if not 0 <= mask_bits <= IPV4_BITS or not re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", address):
        return None
    mask = ALL_ONES << (IPV4_BITS - mask_bits) & ALL_ONES
    netmask = ".".join(str(mask >> shift & OCTET) for shift in (24, 16, 8, 0))
    return {"address": address, "mask_bits": mask_bits, "netmask": netmask, "broadcast": broadcast}


def ipv6(address: str, mask_bits: int) -> dict[str, Any] | None:
    """Describe an IPv6 address.

    Args:
        address: the address; its zone, if any, is left out.
        mask_bits: how many bits of it are the network's.

    Returns:
        The address and its mask; None for what is no address.
    """
    address = address.partition("%")[0]
    if not 0 <= mask_bits <= IPV6_BITS or not re.fullmatch(r"[0-9a-fA-F.]*:[0-9a-fA-F:.]*", address):
        return None
    return {"address": address, "mask_bits": mask_bits}


def mask_bits_of(netmask: str) -> int | None:
    """Count the bits of a netmask.

    Args:
        netmask: written as `255.255.255.0` or `0xffffff00`.

    Returns:
        The number of bits; None for what is no netmask.
    """
    if re.fullmatch(r"0x[0-9a-fA-F]{8}", netmask):
        mask = int(netmask, 16)
    else:
        octets = netmask.split(".")
        if len(octets) != OCTETS or not all(octet.isdecimal() and int(octet) <= OCTET for octet in octets):
            return None
        mask = int.from_bytes(bytes(map(int, octets)), "big")
    return mask.bit_count()
