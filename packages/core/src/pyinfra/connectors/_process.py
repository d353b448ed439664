"""A process on this machine: its input written, its output read and its end waited for, all at once."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from pyinfra.api.exceptions import PyinfraError

PIECE = 65536


@dataclass
class Finished:
    """How a process ended.

    Attributes:
        exit_code: its exit code; minus the signal's number where one killed it.
    """

    exit_code: int


def run_process(
    command: str,
    stdin: bytes | IO[bytes] | None,
    timeout: float | None,
    feed: Callable[[str, bytes], None],
    started: Callable[[subprocess.Popen[bytes]], None] | None = None,
) -> Finished:
    """Run a command by `/bin/sh` in a session of its own.

    Args:
        command: the command line.
        stdin: what it reads; None for nothing.
        timeout: seconds after which its whole process group is killed.
        feed: called with `stdout` or `stderr` and each piece of output.
        started: called with the process once it runs.

    Returns:
        How it ended.

    Raises:
        TimeoutError: it was killed after `timeout`.
        PyinfraError: it could not be started.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    process = _start(command, subprocess.DEVNULL if stdin is None else subprocess.PIPE)
    if started is not None:
        started(process)
    with process:
        try:
            _exchange(process, stdin, deadline, feed)
            # It may have closed its output and still run.
            return Finished(process.wait(None if deadline is None else max(0, deadline - time.monotonic())))
        except BaseException as error:
            kill_group(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise TimeoutError from error
            raise


def _start(command: str, stdin: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S602 - the command is a shell command, quoted where it was built
            command.encode("utf-8", "surrogateescape"),
            shell=True,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except ValueError as error:
        raise PyinfraError("a command can't hold a NUL character") from error
    except OSError as error:
        raise PyinfraError(
            f"a command of {len(command)} characters can't be started: {error.strerror}"
        ) from error


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _exchange(
    process: subprocess.Popen[bytes],
    stdin: bytes | IO[bytes] | None,
    deadline: float | None,
    feed: Callable[[str, bytes], None],
) -> None:
    with selectors.DefaultSelector() as selector:
        for stream, name in ((process.stdout, "stdout"), (process.stderr, "stderr")):
            assert stream is not None
            selector.register(stream, selectors.EVENT_READ, name)
        writer = None
        if process.stdin is not None and stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            writer = _Writer(process.stdin, stdin)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            for key, _ in selector.select(left):
                if key.data is None:
                    assert writer is not None
                    open_still = writer.write()
                else:
                    piece = os.read(key.fd, PIECE)
                    feed(key.data, piece)
                    open_still = bool(piece)
                if not open_still:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]


class _Writer:
    """Writes bytes, or a file piece by piece, into a pipe as it takes them."""

    def __init__(self, pipe: IO[bytes], content: bytes | IO[bytes]) -> None:
        self._pipe = pipe
        self._file = None if isinstance(content, bytes) else content
        self._rest = memoryview(content if isinstance(content, bytes) else b"")

    def write(self) -> bool:
        """Write a piece; False when all is written or the reader has gone."""
        if not self._rest and self._file is not None:
            self._rest = memoryview(self._file.read(PIECE))
        if not self._rest:
            return False
        try:
            self._rest = self._rest[os.write(self._pipe.fileno(), self._rest[:PIECE]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        return bool(self._rest) or self._file is not None
