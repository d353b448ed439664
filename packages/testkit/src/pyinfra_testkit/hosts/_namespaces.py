"""Finding and signalling the processes of a host."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal


def processes(pid: int) -> set[int]:
    """List the processes that share a process's pid namespace.

    Args:
        pid: A process of the host, by this machine's number.

    Returns:
        The pids on this machine; empty where the process has ended.
    """
    space = _pid_namespace(pid)
    if space is None:
        return set()
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return {each for each in pids if _pid_namespace(each) == space}


def signal_all(pid: int, number: signal.Signals) -> None:
    """Send a signal to every process of a host, also to what is forked meanwhile.

    Args:
        pid: A process of the host, by this machine's number.
        number: The signal.
    """
    done: set[int] = set()
    while new := processes(pid) - done:
        for each in new:
            done.add(each)
            with suppress(ProcessLookupError):
                os.kill(each, number)


def _pid_namespace(pid: int) -> str | None:
    try:
        return str(Path("/proc", str(pid), "ns/pid").readlink())
    except OSError:
        return None
