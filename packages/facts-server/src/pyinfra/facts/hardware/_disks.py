"""The fact about block devices."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import override

DF_LINE = re.compile(
    r"(?P<device>\S.*?)\s+(?P<blocks>\d+)\s+(?P<used>\d+)\s+(?P<available>-?\d+)\s+(?P<used_percent>\d+)%\s+"
    # macOS counts inodes too.
    r"(?:\d+\s+\d+\s+\d+%\s+)?(?P<mount>/.*)"
)


class BlockDevices(FactBase[dict[str, dict[str, str]]]):
    """What `df` says of each device that is mounted, by the device's name.

    .. code:: python

        {"/dev/sda1": {"available": "39489508", "used_percent": "3", "mount": "/", "used": "836392",
                       "blocks": "40325900"}}

    Sizes are in the blocks that `df` counts: 1024 bytes on Linux, 512 on most BSDs.
    """

    command = "df"
    default = dict
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> dict[str, dict[str, str]]:
        devices: dict[str, dict[str, str]] = {}
        for line in output:
            found = DF_LINE.fullmatch(line)
            if found and found["device"] != "none":
                values = found.groupdict()
                devices[values.pop("device")] = values
        return devices
