"""A process on this machine: its input written, its output read and its end waited for, all at once."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from pyinfra.api.exceptions import PyinfraError

PIECE = 65536

# Seconds between looks at whether a process has ended, where something may hold its output open.
_LOOK = 0.1
# More than any pipe holds (bytes): what is read beyond that was written after its process had ended.
_LATE = 1 << 20


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
    terminal: bool = False,
    output_wait: float | None = None,
) -> Finished:
    """Run a command by `/bin/sh` in a session of its own.

    Args:
        command: the command line.
        stdin: what it reads; None for nothing.
        timeout: seconds after which its whole process group is killed.
        feed: called with `stdout` or `stderr` and each piece of output.
        started: called with the process once it runs.
        terminal: whether it runs on a pseudo-terminal: all its output is then `stdout`.
        output_wait: seconds that output is waited for which others hold open when the process has ended; None for until
            they close it.

    Returns:
        How it ended.

    Raises:
        TimeoutError: it was killed after `timeout`.
        PyinfraError: it could not be started.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    process = _start_on_terminal(command) if terminal else _start(command, stdin is not None)
    if started is not None:
        started(process)
    with process:
        try:
            _exchange(process, stdin, _Patience(process, deadline, output_wait), feed)
            # It may have closed its output and still run.
            return Finished(process.wait(None if deadline is None else max(0, deadline - time.monotonic())))
        except BaseException as error:
            kill_group(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise TimeoutError from error
            raise


def _start(command: str, reads: bool) -> subprocess.Popen[bytes]:
    return _open(
        command,
        stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _start_on_terminal(command: str) -> subprocess.Popen[bytes]:
    # Here, since not every system that runs this has terminals.
    from ._terminal import Terminal

    terminal = Terminal()
    end = terminal.process_end
    try:
        process = _open(command, stdin=end, stdout=end, stderr=end, preexec_fn=terminal.take_control)
    except BaseException:
        terminal.reader.close()
        terminal.writer.close()
        raise
    finally:
        terminal.close_process_end()
    process.stdin, process.stdout = terminal.writer, terminal.reader
    return process


def _open(command: str, **streams: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S602 - the command is a shell command, quoted where it was built
            command.encode("utf-8", "surrogateescape"), shell=True, start_new_session=True, **streams
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
    patience: _Patience,
    feed: Callable[[str, bytes], None],
) -> None:
    with selectors.DefaultSelector() as selector:
        for stream, name in ((process.stdout, "stdout"), (process.stderr, "stderr")):
            # A terminal has one for both.
            if stream is None:
                continue
            selector.register(stream, selectors.EVENT_READ, name)
        writer = None
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            writer = _Writer(process.stdin, stdin or b"")
            selector.register(process.stdin, selectors.EVENT_WRITE)
        late = 0
        while selector.get_map() and late < _LATE:
            ready = selector.select(patience.left())
            if patience.is_over and not ready:
                break
            for key, _ in ready:
                if key.data is None:
                    assert writer is not None
                    open_still = writer.write()
                else:
                    piece = _read(key.fd)
                    feed(key.data, piece)
                    open_still = bool(piece)
                    late += len(piece) if patience.is_over else 0
                if not open_still:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]


class _Patience:
    """How long to wait for a process and its output."""

    def __init__(
        self, process: subprocess.Popen[bytes], deadline: float | None, output_wait: float | None
    ) -> None:
        self._process = process
        self._deadline = deadline
        self._output_wait = output_wait
        self._until: float | None = None
        self.is_over = False

    def left(self) -> float | None:
        """Give the seconds to wait for the next piece; None for any number of them."""
        now = time.monotonic()
        limits = []
        if self._deadline is not None:
            limits.append(self._deadline - now)
            if limits[0] <= 0:
                raise TimeoutError
        if self._output_wait is not None:
            if self._until is None and self._process.poll() is not None:
                self._until = now + self._output_wait
            self.is_over = self._until is not None and now >= self._until
            limits.append(0 if self.is_over else _LOOK)
        return min(limits, default=None)


def _read(stream: int) -> bytes:
    try:
        return os.read(stream, PIECE)
    except OSError as error:
        # So Linux says that no process has a terminal open any more.
        if error.errno == errno.EIO:
            return b""
        raise


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
