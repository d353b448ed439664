"""Runs one command and measures it with all it starts: `launch.py RESULT NAMESPACE SECONDS BYTES COMMAND …`.

The command is ended after so many seconds, and once it holds more than so many bytes.

A program of its own, so that what the command's descendants took is told apart from the bench's own. Descendants that
outlive the command (ssh's shared connections do) are counted too, and then ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWNET = 0x40000000
_SAMPLE_SECONDS = 0.1
_SAMPLE_SHARE = 20
"""Sampling may take one part in so many of the time, since it takes the command's processors."""
_KIB = 1024


def main(result: str, namespace: str, seconds: str, most: str, *command: str) -> None:
    """Run the command, and write what it took to a file as JSON."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if namespace:
        with Path(namespace).open() as opened:
            if libc.setns(opened.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    memory = Memory(int(most), process.kill)
    memory.start()
    timed_out = threading.Event()

    def end() -> None:
        timed_out.set()
        process.kill()

    limit = threading.Timer(float(seconds), end)
    limit.daemon = True
    limit.start()
    # Without a limit of its own, which would have it look only every 50 ms.
    process.wait()
    wall = time.monotonic() - began
    limit.cancel()
    memory.stop()
    end_descendants()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "grew_too_large": memory.peak > memory.most,
        "memory": max(memory.peak, used.ru_maxrss * _KIB),
        "exit_code": process.returncode,
        "timed_out": timed_out.is_set(),
    }
    Path(result).write_text(json.dumps(measured))


class Memory(threading.Thread):
    """Watches how much memory all descendants hold together, shared pages shared out.

    Args:
        most: How many bytes are too many.
        end: Ends the command.

    Attributes:
        peak: The most that was seen, in bytes.
    """

    def __init__(self, most: int, end: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.most = most
        self._end = end
        self.peak = 0
        self._ended = threading.Event()

    def run(self) -> None:
        wait = _SAMPLE_SECONDS
        while not self._ended.wait(wait):
            began = time.monotonic()
            self.peak = max(self.peak, sum(map(_proportional_size, descendants())))
            if self.peak > self.most:
                self._end()
            wait = max(_SAMPLE_SECONDS, (time.monotonic() - began) * _SAMPLE_SHARE)

    def stop(self) -> None:
        """Watch no more."""
        self._ended.set()
        self.join()


def descendants() -> list[int]:
    """Give the pids of all descendants of this process."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name, in parentheses, may hold anything; behind it come the state and the parent.
                parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
                children[int(parent)].append(int(entry.name))
    found: list[int] = []
    asked = [os.getpid()]
    while asked:
        more = children[asked.pop()]
        found += more
        asked += more
    return found


def end_descendants() -> None:
    """Kill what still runs, and wait for it, so that what it took is counted."""
    while pids := descendants():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, 0)[0]:
                pass


def _proportional_size(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * _KIB
    return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
