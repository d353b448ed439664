"""The fact about block devices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyinfra.api import FactBase
from typing_extensions import override

DF_LINE = re.compile(
    r"(?P<device>\S.*?)\s+(?P<blocks>\d+)\s+(?P<used>\d+)\s+(?P<available>-?\d+)\s+(?P<used_percent>\d+)%\s+"
    # macOS counts inodes too.
    r"(?:\d+\s+\d+\s+(?:\d+%|-)\s+)?(?P<mount>/.*)"
)


class BlockDevices(FactBase[dict[str, dict[str, str]]]):
    """What `df` says of each device that is mounted, by the device's name.

    .. code:: python

        {"/dev/sda1": {"available": "39489508", "used_percent": "3", "mount": "/", "used": "836392",
                       "blocks": "40325900"}}

    Sizes are in the blocks that `df` counts: 1024 bytes on Linux, 512 on macOS and most BSDs. Where several mounts
    have a device of one name, such as `tmpfs`, it is the last one that is told of.
    """

    command = "df"
    default = dict
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> dict[str, dict[str, str]]:
        devices: dict[str, dict[str, str]] = {}
        for line in _joined(output):
            found = DF_LINE.fullmatch(line)
            if found and found["device"] != "none":
                values = found.groupdict()
                devices[values.pop("device")] = values
        return devices


def _joined(output: list[str]) -> Iterator[str]:
    """Join what busybox's and older GNU's `df` break behind the name of a device that is too long for its column."""
    name = ""
    for line in output:
        if name and line.startswith(" "):
            yield name + line
        else:
            yield line
        name = "" if DF_LINE.fullmatch(line) else line
