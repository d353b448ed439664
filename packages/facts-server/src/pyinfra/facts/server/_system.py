"""Facts about the operating system as a whole."""

from __future__ import annotations

from datetime import datetime, timezone

from pyinfra.api import FactBase
from typing_extensions import override


class Os(FactBase[str]):
    """The operating system's name as `uname -s` prints it: `Linux`, `FreeBSD`, `Darwin`, …."""

    command = "uname -s"
    side_effect_free = True


class OsVersion(FactBase[str]):
    """The operating system's release as `uname -r` prints it, such as `6.1.0-18-amd64`."""

    command = "uname -r"
    side_effect_free = True


class Kernel(FactBase[str]):
    """The kernel's name as `uname -s` prints it: `Linux`, `FreeBSD`, `Darwin`, …."""

    command = "uname -s"
    side_effect_free = True


class KernelVersion(FactBase[str]):
    """The kernel's release as `uname -r` prints it, such as `6.1.0-18-amd64`."""

    command = "uname -r"
    side_effect_free = True


class Arch(FactBase[str]):
    """The machine's architecture as `uname -m` prints it, such as `x86_64` or `aarch64`."""

    command = "uname -m"
    side_effect_free = True


class Hostname(FactBase[str]):
    """The host's name as `uname -n` prints it."""

    command = "uname -n"
    side_effect_free = True


class Date(FactBase[datetime]):
    """The host's time, to the second, as a datetime in the host's time zone (from `date`)."""

    command = "date +'%Y-%m-%dT%H:%M:%S%z'"

    @override
    @staticmethod
    def default() -> datetime:
        """Give the time of the machine that pyinfra runs on."""
        return datetime.now(timezone.utc).astimezone()

    @override
    def process(self, output: list[str]) -> datetime:
        return datetime.strptime("".join(output).strip(), "%Y-%m-%dT%H:%M:%S%z")
