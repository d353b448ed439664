"""Facts about the operating system as a whole."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from pyinfra import host
from pyinfra.api import FactBase, FactProcessError
from typing_extensions import override

# [[days-]hours:]minutes:seconds, as ps(1) writes how long a process runs.
ELAPSED = re.compile(r"(?:(?:([0-9]+)-)?([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})")
NOW_AND_BOOT = 2


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

    # Not side_effect_free: an answer that was asked for ahead would be late.
    command = "date +'%Y-%m-%dT%H:%M:%S%z'"

    @override
    @staticmethod
    def default() -> datetime:
        """Give the time of the machine that pyinfra runs on."""
        return datetime.now(timezone.utc).astimezone()

    @override
    def process(self, output: list[str]) -> datetime:
        text = "".join(output).strip()
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
        except ValueError as error:
            raise FactProcessError(f"date printed no time: {text[:200]!r}") from error


class MacosVersion(FactBase[str]):
    """The version of macOS, such as `14.4`, from `sw_vers`."""

    command = "sw_vers -productVersion"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "sw_vers"


class Uptime(FactBase["int | None"]):
    """The seconds since the host was started, from `/proc/uptime`.

    On FreeBSD, DragonFly and macOS from `sysctl`, on OpenBSD and NetBSD from how long the first process runs (`ps`).
    """

    side_effect_free = True

    @override
    def command(self) -> str:
        kernel = host.get_fact(Kernel)
        if kernel in ("OpenBSD", "NetBSD"):
            return "ps -o etime= -p 1"
        if kernel in ("FreeBSD", "DragonFly", "Darwin"):
            return "date +%s; sysctl -n kern.boottime | awk '{print $4}' | tr -d ','"
        return "cut -d. -f1 /proc/uptime"

    @override
    def process(self, output: list[str]) -> int | None:
        if found := ELAPSED.fullmatch("".join(output).strip()):
            days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
            return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        numbers = [int(line) for line in output if re.fullmatch(r"\s*[0-9]+\s*", line)]
        if len(numbers) != len(output) or not 1 <= len(numbers) <= NOW_AND_BOOT:
            return None
        return numbers[0] if len(numbers) == 1 else numbers[0] - numbers[1]


class RebootRequired(FactBase[bool]):
    """Whether the host waits for a reboot.

    That is so where the package manager left `/var/run/reboot-required` (Debian, Ubuntu), and where the kernel that
    runs is not the newest one installed (Alpine, FreeBSD).
    """

    command = """
# Get OS type
OS_TYPE=$(uname -s)
if [ "$OS_TYPE" = "Linux" ]; then
    # Check if it's Alpine Linux
    if [ -f /etc/alpine-release ]; then
        RUNNING_KERNEL=$(uname -r)
        INSTALLED_KERNEL=$(ls -1 /lib/modules | sort -V | tail -n1)
        if [ "$RUNNING_KERNEL" != "$INSTALLED_KERNEL" ]; then
            echo "reboot_required"
            exit 0
        fi
    else
        # Check standard Linux reboot required files
        if [ -f /var/run/reboot-required ] || [ -f /var/run/reboot-required.pkgs ]; then
            echo "reboot_required"
            exit 0
        fi
    fi
elif [ "$OS_TYPE" = "FreeBSD" ]; then
    RUNNING_VERSION=$(freebsd-version -r)
    INSTALLED_VERSION=$(freebsd-version -k)
    if [ "$RUNNING_VERSION" != "$INSTALLED_VERSION" ]; then
        echo "reboot_required"
        exit 0
    fi
fi
echo "no_reboot_required"
"""
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> bool:
        return "reboot_required" in output
