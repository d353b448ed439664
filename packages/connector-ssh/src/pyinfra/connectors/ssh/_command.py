"""One command on a session: its input sent, its output read and its end waited for, all at once."""

from __future__ import annotations

import contextlib
import io
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

from paramiko import Channel, SSHException
from pyinfra.api.exceptions import ConnectError, PyinfraError

from ._agent import forward_agent
from ._transport import EARLY_INPUT, send_early, send_request, takes_input_early

if TYPE_CHECKING:
    from ._sessions import Sessions

_PIECE = 65536

# Seconds between looks at whether a command has ended, where something may hold its output open.
_LOOK = 0.25
# More than any pipe holds (bytes): what comes beyond that was written after the command had ended.
_LATE = 1 << 20
# So many answers of the host in a row with nothing before them, and nothing is on its way any more.
_QUIET = 2

# RFC 4254, 8: terminal modes. Without echo and without carriage returns in output: what comes is what the command said.
_ECHO, _ONLCR, _END = 53, 72, 0
_MODES = struct.pack(">BIBIB", _ECHO, 0, _ONLCR, 0, _END)
_END_OF_INPUT = b"\x04"


@dataclass
class Ended:
    """How a command ended.

    Attributes:
        exit_code: its exit code; None where a signal ended it.
        signal: the signal's name, without `SIG`.
    """

    exit_code: int | None
    signal: str | None = None


@dataclass
class Request:
    """What to run.

    Attributes:
        command: the command line, for the user's login shell.
        stdin: its input; a file is sent piece by piece.
        timeout: seconds after which it is ended.
        pty: whether it gets a terminal.
        agent: the socket of an agent that it may use.
        output_wait: seconds that output is waited for which others hold open when the command has ended; None for until
            they close it.
    """

    command: bytes = field(repr=False)
    stdin: bytes | IO[bytes] = field(default=b"", repr=False)
    timeout: float | None = None
    pty: bool = False
    agent: str | None = None
    output_wait: float | None = None


def run_command(sessions: Sessions, request: Request, feed: Callable[[str, bytes], None]) -> Ended:
    """Run a command.

    Args:
        sessions: the connection's sessions.
        request: what to run.
        feed: called with `stdout` or `stderr` and each piece of output.

    Returns:
        How it ended.

    Raises:
        TimeoutError: it was ended after `timeout`.
        ConnectionLostError: the connection broke while it ran.
        ConnectError: nothing was run.
        PyinfraError: its input can't be read on this machine.
    """
    unread: list[Exception] = []
    deadline = None if request.timeout is None else time.monotonic() + request.timeout
    with sessions.session() as channel:
        came = threading.Event()
        for buffer in (channel.in_buffer, channel.in_stderr_buffer):
            buffer.set_event(cast("threading.Event", _Arrival(came)))
        try:
            if request.agent is not None:
                forward_agent(channel, request.agent)
            if request.pty:
                send_request(channel, "pty-req", False, "vt100", 80, 24, 0, 0, _MODES)
            # The answer is not waited for: where the command is refused, the host closes the channel.
            send_request(channel, "exec", True, request.command)
            _send_input(channel, request, unread)
            _Reader(channel, came, deadline, feed).read(request.output_wait)
        except (SSHException, EOFError, OSError) as error:
            if isinstance(error, TimeoutError) or sessions.connection.transport.is_active():
                _end(channel)
                raise
            raise sessions.lost() from error
        except BaseException:
            _end(channel)
            raise
        if unread:
            raise PyinfraError(f"what the command is to read can't be read on this machine: {unread[0]}")
        return _ended(sessions, channel)


class _Arrival:
    """What a buffer of paramiko's sets when something came; it is cleared by who reads."""

    def __init__(self, came: threading.Event) -> None:
        self._came = came

    def set(self) -> None:
        self._came.set()

    def clear(self) -> None:
        """Nothing: the other buffer may have something."""


def _send_input(channel: Channel, request: Request, unread: list[Exception]) -> None:
    stdin = request.stdin
    if (
        isinstance(stdin, bytes)
        and len(stdin) <= EARLY_INPUT
        and not request.pty
        and takes_input_early(channel)
    ):
        send_early(channel, stdin)
        channel.shutdown_write()
        return
    # What fits into the channel's window is taken without the command reading it, so it can't block.
    if isinstance(stdin, bytes) and len(stdin) <= channel.out_window_size:
        _write(channel, stdin, request.pty, unread)
        return
    threading.Thread(
        target=_write, args=(channel, stdin, request.pty, unread), name="pyinfra-ssh-stdin", daemon=True
    ).start()


def _write(channel: Channel, stdin: bytes | IO[bytes], pty: bool, unread: list[Exception]) -> None:
    # A command that ends before it has read all closes the channel; how it ended is told by its exit code.
    with contextlib.suppress(OSError, EOFError, SSHException):
        # paramiko copies what is left with each packet that it sends: of 100 MiB at once, it would copy 160 GiB.
        file = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
        while True:
            try:
                piece = file.read(_PIECE)
            except (OSError, ValueError) as error:
                # The command must not take a part for the whole.
                unread.append(error)
                channel.close()
                return
            if not piece:
                break
            channel.sendall(piece.encode() if isinstance(piece, str) else piece)
        if pty:
            channel.sendall(_END_OF_INPUT)
        else:
            channel.shutdown_write()


class _Reader:
    """Reads a command's output to its end."""

    def __init__(
        self,
        channel: Channel,
        came: threading.Event,
        deadline: float | None,
        feed: Callable[[str, bytes], None],
    ) -> None:
        self._channel = channel
        self._came = came
        self._deadline = deadline
        self._feed = feed

    def read(self, output_wait: float | None) -> None:
        until: float | None = None
        while not self._take()[1]:
            if output_wait is None:
                _wait(self._came, self._deadline)
                continue
            look = time.monotonic() + _LOOK
            with contextlib.suppress(TimeoutError):
                _wait(self._came, look if self._deadline is None else min(look, self._deadline))
            if self._deadline is not None and time.monotonic() >= self._deadline:
                raise TimeoutError("the command did not end in time")
            if until is None and self._channel.status_event.is_set():
                until = time.monotonic() + output_wait
            if until is not None and time.monotonic() >= until:
                return self._read_what_is_on_its_way()
        # A command may close its output and go on.
        return _wait(self._channel.status_event, self._deadline)

    def _read_what_is_on_its_way(self) -> None:
        # What the host's sshd had read before it answered comes before its answer. A second one gives it the time to
        # read what was in the pipes, and stands for the first where another's answer was taken for that.
        late = quiet = 0
        over = False
        transport = self._channel.transport
        assert transport is not None
        while not over and quiet < _QUIET and late < _LATE:
            transport.global_request("keepalive@openssh.com", wait=True)
            taken, over = self._take()
            late += taken
            quiet = 0 if taken else quiet + 1

    def _take(self) -> tuple[int, bool]:
        """Read what is there, a bounded part of it; gives how many bytes that was, and whether it was the last."""
        self._came.clear()
        channel, taken = self._channel, 0
        over = bool(channel.eof_received or channel.closed)
        while channel.recv_ready() and taken < _LATE:
            piece = channel.recv(_PIECE)
            self._feed("stdout", piece)
            taken += len(piece)
        while channel.recv_stderr_ready() and taken < _LATE:
            piece = channel.recv_stderr(_PIECE)
            self._feed("stderr", piece)
            taken += len(piece)
        if taken >= _LATE:
            # Where more is there, nothing needs to arrive for it to be read.
            self._came.set()
            over = False
        return taken, over


def _wait(event: threading.Event, deadline: float | None) -> None:
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and (left <= 0 or not event.wait(left)):
        raise TimeoutError("the command did not end in time")
    event.wait()


def _end(channel: Channel) -> None:
    """Have the host end the command, where its sshd does such things; closing the channel alone lets it run on."""
    with contextlib.suppress(OSError, EOFError, SSHException):
        if not channel.closed:
            send_request(channel, "signal", False, "TERM")


def _ended(sessions: Sessions, channel: Channel) -> Ended:
    if channel.exit_status >= 0:
        return Ended(channel.exit_status)
    signal = getattr(channel, "exit_signal", None)
    if signal is not None:
        return Ended(None, signal)
    # A connection that breaks closes its channels first, and a moment later says that it is over.
    sessions.connection.transport.join(1)
    if sessions.connection.transport.is_active() and not channel.event_ready:
        raise ConnectError(
            f"{sessions.connection.target.address} refuses to run commands for this user; "
            "check ForceCommand and its login shell"
        )
    raise sessions.lost()
