"""Sizes as people write them."""

from __future__ import annotations

import re

__all__ = ["parse_human_readable_size", "parse_size", "units"]

# Bytes in each unit: KB and its kin are decimal, KIB and its kin binary, as in IEC 80000-13.
units: dict[str, int] = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}

_SIZE = re.compile(r"\s*([-+]?\d+(?:\.\d*)?)\s*([A-Za-z]+)\s*")


def parse_human_readable_size(size: str) -> int:
    """Give the bytes of a size with a unit.

    Args:
        size: a number and a unit, such as `10 KB` or `1.5GiB`, in any case.

    Returns:
        The size in bytes, rounded down.

    Raises:
        ValueError: it is not a number and a unit.
    """
    match = _SIZE.fullmatch(size)
    unit = units.get(match[2].upper()) if match else None
    if match is None or unit is None:
        known = ", ".join(units)
        raise ValueError(f"{size!r} is not a size: write a number and one of {known}, such as '10 KB'")
    return int(float(match[1]) * unit)


def parse_size(size: str | int) -> int:
    """Give the bytes of a size.

    Args:
        size: bytes as an int, or a str of digits, or a number with a unit such as `10 KB`.

    Returns:
        The size in bytes, rounded down.

    Raises:
        ValueError: it is not a size.
    """
    if isinstance(size, int):
        return size
    return int(size) if size.strip().isdecimal() else parse_human_readable_size(size)
