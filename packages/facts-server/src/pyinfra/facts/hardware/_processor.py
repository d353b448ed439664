"""Facts about processors and memory."""

from __future__ import annotations

import re
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

KIB_PER_MIB = 1024
BYTES_PER_MIB = 1024 * 1024
FREEBSD_PAGE_COUNTS = (
    "pages active",
    "pages inactive",
    "pages wired down",
    "pages free",
)
# Those of some versions only.
FREEBSD_MORE_PAGE_COUNTS = ("pages in the laundry queue", "pages in VM cache")


class Cpus(FactBase["int | None"]):
    """The number of processors that are on line, from `getconf`."""

    command = "getconf NPROCESSORS_ONLN 2> /dev/null || getconf _NPROCESSORS_ONLN"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "getconf"

    @override
    def process(self, output: list[str]) -> int | None:
        count = "".join(output).strip()
        return int(count) if count.isdecimal() else None


class CpuInfo(FactBase["dict[str, Any]"]):
    """What `lscpu` says of the processors, by the names it prints; `Flags` is a list.

    .. code:: python

        {"Architecture": "x86_64", "CPU(s)": "4", "Flags": ["fpu", "vme"], ...}
    """

    command = "LANG=C lscpu"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "lscpu"

    @override
    def process(self, output: list[str]) -> dict[str, Any]:
        info: dict[str, Any] = {}
        for line in output:
            name, colon, value = line.partition(":")
            if colon:
                name, value = name.strip(), value.strip()
                info[name] = value.split() if name == "Flags" else value
        return info


class Memory(FactBase["int | None"]):
    """All the memory of the host in MiB, rounded, from `vmstat -s`; None where that is not told, as on macOS."""

    command = "LANG=C vmstat -s"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "vmstat"

    @override
    def process(self, output: list[str]) -> int | None:
        counts: dict[str, int] = {}
        for line in output:
            found = re.fullmatch(r"\s*(\d+)\s+(?:K\s+)?(\S.*)", line)
            if found:
                counts[found[2].strip()] = int(found[1])
        if "total memory" in counts:
            return round(counts["total memory"] / KIB_PER_MIB)
        if "bytes per page" in counts:
            # OpenBSD and NetBSD count them themselves.
            pages = counts.get("pages managed") or _freebsd_pages(counts)
            return round(pages * counts["bytes per page"] / BYTES_PER_MIB) if pages else None
        return None


def _freebsd_pages(counts: dict[str, int]) -> int | None:
    if not all(name in counts for name in FREEBSD_PAGE_COUNTS):
        return None
    return sum(counts.get(name, 0) for name in (*FREEBSD_PAGE_COUNTS, *FREEBSD_MORE_PAGE_COUNTS))
