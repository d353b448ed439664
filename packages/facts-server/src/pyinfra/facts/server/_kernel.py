"""Facts about the kernel: its modules and its parameters."""

from __future__ import annotations

import re
from typing import Any

from pyinfra import host
from pyinfra.api import FactBase, FactValueError, QuoteString, StringCommand
from pyinfra.api.util import try_int
from typing_extensions import override

from ._system import Kernel

LINUX_MODULE = re.compile(
    r"(?P<name>\S+) (?P<size>\d+) (?P<instances>-?\d+|-) (?P<depends>\S+) (?P<state>Live|Loading|Unloading)\b.*"
)
FREEBSD_MODULE = re.compile(
    r"\s*(?P<id>\d+)\s+(?P<refs>\d+)\s+(?P<address>0x[0-9a-f]+)\s+(?P<size>[0-9a-f]+)\s+(?P<name>\S+)"
)
# What a list is made of; other text, such as a command or a date, is one value.
SYSCTL_WORDS = re.compile(r"[\w.\s-]+", re.ASCII)
SYSCTL_NAME = re.compile(r"[A-Za-z0-9_][^\s=]*")


class KernelModules(FactBase[dict[str, dict[str, Any]]]):
    """The modules that are loaded, by name, from `/proc/modules`; on FreeBSD from `kldstat`.

    .. code:: python

        # Linux: sizes in bytes
        {"ahci": {"size": "40960", "instances": 1, "state": "Live", "depends": ["libahci"]}}
        # FreeBSD: sizes in hexadecimal bytes
        {"kernel": {"id": "1", "refs": "14", "address": "0xffffffff80200000", "size": "1f3e2d0"}}
    """

    default = dict
    side_effect_free = True

    @override
    def command(self) -> str:
        if host.get_fact(Kernel) == "FreeBSD":
            return "kldstat | tail +2"
        return "! test -f /proc/modules || cat /proc/modules"

    @override
    def process(self, output: list[str]) -> dict[str, dict[str, Any]]:
        modules: dict[str, dict[str, Any]] = {}
        for line in output:
            if found := FREEBSD_MODULE.fullmatch(line):
                module: dict[str, Any] = found.groupdict()
                modules[module.pop("name")] = module
            elif found := LINUX_MODULE.fullmatch(line):
                modules[found["name"]] = _linux_module(found)
        return modules


def _linux_module(found: re.Match[str]) -> dict[str, Any]:
    module: dict[str, Any] = {
        "size": found["size"],
        # A kernel built without unloading counts no users.
        "instances": 0 if found["instances"] == "-" else int(found["instances"]),
        "state": found["state"],
    }
    # "[permanent]" stands among the names, of a module that can't be unloaded.
    depends = [name for name in found["depends"].split(",") if name and name[0] not in "-["]
    if depends:
        module["depends"] = depends
    return module


class Sysctl(FactBase["dict[str, Any]"]):
    """Kernel parameters by name, from `sysctl`.

    .. code:: python

        {"fs.inotify.max_queued_events": 16384, "fs.inode-state": [44565, 360, 0, 0, 0, 0, 0]}

    A value is an int, a str, or a list of them where it holds several numbers or names.

    Args:
        keys: the names of the parameters to read; None for all.

    Raises:
        FactValueError: a name that is none: `sysctl` would set a parameter, or do what an option says.
    """

    default = dict
    side_effect_free = True

    @override
    def command(self, keys: list[str] | None = None) -> StringCommand:
        for key in keys or ():
            if not SYSCTL_NAME.fullmatch(key):
                raise FactValueError(f"keys must be names of kernel parameters, not {key!r}")
        names = [QuoteString(key) for key in keys] if keys else ["-a"]
        return StringCommand("sysctl", *names, "2>/dev/null || true")

    @override
    def process(self, output: list[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for line in output:
            # Linux writes `key = value`, macOS and FreeBSD `key: value`, OpenBSD `key=value`.
            found = re.match(r"(?P<key>[^\s:=]+)\s*[:=]\s?(?P<value>.+)", line)
            if found:
                values[found["key"]] = _sysctl_value(found["value"])
        return values


def _sysctl_value(value: str) -> Any:
    if not SYSCTL_WORDS.fullmatch(value):
        return value.strip()
    words: list[Any] = [try_int(word) for word in value.split()]
    return words[0] if len(words) == 1 else words or ""
