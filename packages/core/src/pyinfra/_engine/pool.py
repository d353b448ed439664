"""A bounded pool of daemon threads for calls that block."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

# Seconds after which a thread that has nothing to do ends: who uses the API may make many runs in one process.
_PATIENCE = 5.0


class Pool:
    """Runs functions in daemon threads, started as they are needed.

    Daemon threads, because a connector call that never returns must not keep the process from ending.

    Args:
        size: the most threads at once.
        patience: seconds after which a thread that has nothing to do ends.
    """

    def __init__(self, size: int, patience: float = _PATIENCE) -> None:
        self._size = size
        self._patience = patience
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._unfinished = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Have a function run in a thread; it must not raise."""
        with self._lock:
            self._unfinished += 1
            if self._threads < min(self._unfinished, self._size):
                self._threads += 1
                threading.Thread(target=self._work, name="pyinfra-call", daemon=True).start()
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._patience)
            except Empty:
                with self._lock:
                    if self._threads > self._unfinished:
                        self._threads -= 1
                        return
                continue
            job()
            # It may hold a whole run.
            del job
            with self._lock:
                self._unfinished -= 1
