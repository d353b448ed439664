"""The locks of apt and dpkg, and who holds them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyinfra.api import QuoteString, StringCommand

if TYPE_CHECKING:
    from pyinfra.api import Host
    from pyinfra.connectors.util import CommandOutput

_DPKG_LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock")

# What apt and dpkg say may be translated, the paths in it and dpkg's address of an explanation are not.
_LOCK_LINE = re.compile(
    r"E: .*(?P<path>/var/lib/dpkg/lock(?:-frontend)?|/var/lib/apt/lists/lock|/var/cache/apt/archives/lock)"
    r"|dpkg: .*(?:lock was locked by|database is locked by)|.*wiki\.debian\.org/Teams/Dpkg/FAQ#db-lock"
)
# An errno other than EAGAIN: the lock could not be opened, so waiting for it is in vain.
_OTHER_ERROR = re.compile(r"\((?!11:)\d+:")
_PROCESS = re.compile(r"(?:process|process with pid) (?P<pid>\d+)(?: \((?P<name>[^)]+)\))?")

# The kernel lists who holds a lock by the file's inode (proc_locks(5)); who only waits has an arrow there.
_FIND_HOLDER = """\
for lock in "$@"; do
    inode=$(ls -di "$lock" 2> /dev/null | sed 's/^ *//; s/ .*//')
    [ -n "$inode" ] || continue
    while read -r number kind mode access pid file rest; do
        [ "$kind" != '->' ] && [ "${file##*:}" = "$inode" ] && echo "$pid" && break 2
    done < /proc/locks
done 2> /dev/null"""
_SHOW_NAME = 'while read -r pid; do echo "$pid $(cat "/proc/$pid/comm" 2> /dev/null)"; done'
_FOUND = re.compile(r"([1-9]\d*) ?(.*)")


@dataclass(frozen=True)
class HeldLock:
    """A lock that another process holds.

    Attributes:
        line: the line of apt's or dpkg's output that says so.
        paths: the lock's path, or what it may be.
        pid: the number of the process; None where that is not known.
        name: the name of the process.
    """

    line: str
    paths: tuple[str, ...]
    pid: str | None = None
    name: str | None = None

    @property
    def holder(self) -> str:
        """The process, for people."""
        if self.pid is None:
            return "another process"
        return f"process {self.pid} ({self.name})" if self.name else f"process {self.pid}"

    def find_holder(self, host: Host) -> HeldLock:
        """Have the host tell what is not known of the process.

        Args:
            host: the host.

        Returns:
            The lock, with what the host could tell.
        """
        if self.pid and self.name:
            return self
        if self.pid:
            find = StringCommand("echo", QuoteString(self.pid))
        else:
            paths = StringCommand(*(QuoteString(path) for path in self.paths))
            find = StringCommand("sh -c", QuoteString(_FIND_HOLDER), "sh", paths)
        done, output = host.run_shell_command(StringCommand(find, "|", _SHOW_NAME))
        found = _FOUND.match(output.stdout.strip()) if done else None
        if found is None:
            return self
        name = "".join(character for character in found[2] if character.isprintable())
        return replace(self, pid=found[1], name=name or None)


def held_lock(output: CommandOutput) -> HeldLock | None:
    """Tell from a failed command's output whether it failed because a lock was held.

    Args:
        output: what `apt-get` or `dpkg` printed.

    Returns:
        The lock; None where the command failed for another reason.
    """
    lines = [line for line in output.stderr_lines if _LOCK_LINE.match(line)]
    if not lines or any(_OTHER_ERROR.search(line) for line in lines):
        return None
    path = next(
        (found["path"] for line in lines if (found := _LOCK_LINE.match(line)) and found["path"]), None
    )
    process = next((found for line in lines if (found := _PROCESS.search(line))), None)
    return HeldLock(
        lines[0].removeprefix("E: ").strip(),
        (path,) if path else _DPKG_LOCKS,
        process["pid"] if process else None,
        process["name"] if process else None,
    )
