"""The operation on file systems that are mounted."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from posixpath import normpath
from typing import Any

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.server import Kernel, Mounts

# Options that mount(8) reads itself, so that no mounted file system is seen to have them.
NEVER_SEEN = {"defaults", "auto", "noauto", "user", "nouser", "users", "owner", "group", "nofail", "_netdev"}

NOUNS = {
    "path": "a mount point",
    "device": "a device, or what else can be mounted",
    "fs_type": "a file system's type",
}


@operation(together=True)
def mount(
    path: str,
    mounted: bool = True,
    options: list[str] | None = None,
    device: str | None = None,
    fs_type: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Have a file system mounted or not, until the next boot.

    Args:
        path: the mount point.
        mounted: whether it should be mounted.
        options: options for mount. A file system that lacks one of them is mounted anew (`remount`).
        device: what to mount; None for what `/etc/fstab` says. If it is mounted elsewhere, that will do.
        fs_type: the type of the file system; None to have it found out.

    Raises:
        OperationTypeError: `options` is no list of str, or another argument no str.
        OperationValueError: `path`, `device` or `fs_type` is empty.

    Example:
        ```
        from pyinfra.operations import server

        server.mount(
            name="Have the data disk mounted",
            path="/srv/data",
            device="/dev/vdb1",
            options=["noatime"],
        )
        ```
    """
    for what, value in zip(NOUNS, (path, device, fs_type), strict=True):
        if not isinstance(value, str) and (value is not None or what == "path"):
            raise OperationTypeError(f"{what} must be text, not {value!r}")
        if value is not None and (not value or "\0" in value):
            raise OperationValueError(f"{what} must be {NOUNS[what]}, not {value!r}")
    if isinstance(options, str) or not all(isinstance(option, str) for option in options or []):
        raise OperationTypeError(
            f'options must be a list of options, such as ["rw", "noatime"], not {options!r}'
        )
    # Commas between quotes belong to the option, such as those of an SELinux context.
    wanted = [word for option in options or [] for word in re.findall(r'(?:[^,"]|"[^"]*"?)+', option)]
    mounts = host.get_fact(Mounts)
    found = _mounted_at(mounts, path, device)
    if not mounted:
        if found is None:
            host.noop(f"filesystem {path} is not mounted")
        else:
            yield StringCommand("umount", *_path(found))
    elif found is None:
        type_bits = ["-t", QuoteString(fs_type)] if fs_type else []
        option_bits = ["-o", QuoteString(",".join(wanted))] if wanted else []
        device_bits = list(_path(device)) if device else []
        yield StringCommand("mount", *type_bits, *option_bits, *device_bits, *_path(path))
    elif _lacks(mounts[found].get("options") or [], wanted):
        word = "remount" if host.get_fact(Kernel) == "Linux" else "update"
        yield StringCommand("mount", "-o", QuoteString(",".join([word, *wanted])), *_path(found))
    else:
        host.noop(f"filesystem {path} is mounted")


def _mounted_at(mounts: Mapping[str, Any], path: str, device: str | None) -> str | None:
    for spelling in (path, normpath(path)):
        if spelling in mounts:
            return spelling
    if device is None:
        return None
    return next((other for other, info in mounts.items() if info.get("device") == device), None)


def _lacks(has: list[str], wanted: list[str]) -> bool:
    seen = [option for option in wanted if option not in NEVER_SEEN and not option.startswith(("x-", "X-"))]
    return not set(seen) <= set(has)


def _path(path: str) -> tuple[QuoteString]:
    return (QuoteString(f"./{path}" if path.startswith("-") else path),)
