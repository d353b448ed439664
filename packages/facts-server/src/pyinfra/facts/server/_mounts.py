"""The fact about what is mounted where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from pyinfra import host
from pyinfra.api import FactBase, FactProcessError
from typing_extensions import TypedDict, override

from ._system import Kernel

# Before the lone dash: id, parent, device number, root, mount point, options, optional tags; after it: type,
# device, options of the file system. See proc_pid_mountinfo(5).
MOUNT_POINT, MOUNT_OPTIONS = 4, 5
BSD_LINE = re.compile(
    r"(?P<device>.+?)(?: \([0-9a-f]{16}\.[a-p]\))? on (?P<path>.+?)"
    r"(?: type (?P<type>\S+) \((?P<options>.*)\)| \((?P<type_first>[^,()]+)(?:, (?P<rest>.*))?\))$"
)


class MountInfo(TypedDict):
    """What `Mounts` knows of one mount point.

    Attributes:
        device: what is mounted, such as `/dev/sda1` or `tmpfs`.
        type: the type of the file system, such as `ext4`.
        options: the options it is mounted with.
    """

    device: str
    type: str
    options: list[str]


class Mounts(FactBase[dict[str, MountInfo]]):
    """What is mounted, by mount point; the topmost where several are stacked.

    From `/proc/self/mountinfo`, on FreeBSD from `mount -p` as JSON, on other BSDs and macOS from `mount -v`.

    .. code:: python

        {"/": {"device": "/dev/sda1", "type": "ext4", "options": ["rw", "relatime"]}}
    """

    default = dict
    side_effect_free = True

    @override
    def command(self) -> str:
        kernel = host.get_fact(Kernel)
        if kernel == "FreeBSD":
            return "mount -p --libxo json"
        if kernel in ("OpenBSD", "NetBSD", "DragonFly"):
            return "mount -v"
        if kernel == "Darwin":
            return "mount"
        return "cat /proc/self/mountinfo"

    @override
    def process(self, output: list[str]) -> dict[str, MountInfo]:
        text = "\n".join(output)
        if text.lstrip().startswith("{"):
            return _parse_libxo(text)
        mounts: dict[str, MountInfo] = {}
        for line in output:
            found = _parse_mountinfo(line) or _parse_bsd(line)
            if found:
                path, mounts_there = found
                mounts[path] = mounts_there
        return mounts


def unescape_octal(text: str) -> str:
    r"""Undo the kernel's way of writing spaces and the like, such as `\\040`, in names."""
    raw = re.sub(
        rb"\\([0-3][0-7]{2})",
        lambda found: bytes([int(found[1], 8)]),
        text.encode("utf-8", "surrogateescape"),
    )
    return raw.decode("utf-8", "surrogateescape")


def _parse_mountinfo(line: str) -> tuple[str, MountInfo] | None:
    before, dash, after = line.partition(" - ")
    fields, (kind, device, *super_options) = before.split(" "), (*after.split(" "), "", "")[:3]
    if not dash or len(fields) <= MOUNT_OPTIONS or not kind:
        return None
    options = fields[MOUNT_OPTIONS].split(",")
    read_write = {"ro", "rw"}
    options += [
        option
        for option in (",".join(super_options).split(","))
        # The mount's own ro or rw is the one that counts.
        if option and option not in options and option not in read_write
    ]
    return unescape_octal(fields[MOUNT_POINT]), {
        "device": unescape_octal(device),
        "type": unescape_octal(kind),
        "options": _unescaped(options),
    }


def _parse_bsd(line: str) -> tuple[str, MountInfo] | None:
    found = BSD_LINE.fullmatch(line)
    if not found:
        return None
    options = found["options"] if found["type"] else found["rest"]
    return found["path"], {
        "device": found["device"],
        "type": found["type"] or found["type_first"],
        "options": [option.strip() for option in (options or "").split(",") if option.strip()],
    }


def _parse_libxo(text: str) -> dict[str, MountInfo]:
    """Parse JSON, of which nothing may be missing: a mount that is left out would be mounted once more."""
    try:
        return {
            str(entry["mntpoint"]): {
                "device": str(entry["device"]),
                "type": str(entry["fstype"]),
                "options": str(entry["opts"]).split(","),
            }
            for entry in json.loads(text)["mount"]["fstab"]
        }
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FactProcessError(f"mount printed JSON of another form than known: {text[:200]}") from error


def _unescaped(values: Iterable[str]) -> list[str]:
    return [unescape_octal(value) for value in values]
