"""The sessions of a connection: channels that each run one command."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paramiko import Channel, ChannelException, SSHException
from pyinfra.api.exceptions import ConnectError, ConnectionLostError

from ._errors import one_line
from ._liveness import GONE_AFTER

if TYPE_CHECKING:
    from ._connection import Connection

# A session that ended a moment ago may still count for the server.
_MOST_REFUSALS = 10
_PAUSE = 0.25


class Sessions:
    """Opens sessions on a connection, no more at once than its server allows.

    While a command runs, the session for the next one is opened beside it, so that the next one costs one round trip.

    Args:
        connection: the connection.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._changed = threading.Condition()
        self._open = 0
        self._limit: int | None = None
        self._ahead: Channel | None = None
        self._opening_ahead = False
        self.open_ahead()

    @contextlib.contextmanager
    def session(self) -> Iterator[Channel]:
        """Open a session, waiting for another's end where the server allows no more.

        Yields:
            The channel, which is closed when the context ends.

        Raises:
            ConnectError: the connection is gone, so that nothing was sent, or the server opens no session.
        """
        channel = self._taken_ahead() or self._opened()
        self.open_ahead()
        try:
            yield channel
        finally:
            with contextlib.suppress(OSError, EOFError, SSHException):
                channel.close()
            self._release()

    def open_ahead(self) -> None:
        """Begin to open the session for the next command, where the server is not known to allow too few."""
        with self._changed:
            if self._opening_ahead or self._ahead is not None or self._limit is not None:
                return
            self._opening_ahead = True
        threading.Thread(target=self._open_ahead, name="pyinfra-ssh-ahead", daemon=True).start()

    def _open_ahead(self) -> None:
        channel = None
        # Where it can't be had, the command that needs one asks again and says why.
        with contextlib.suppress(OSError, EOFError, SSHException):
            channel = self.connection.transport.open_session(timeout=GONE_AFTER)
        with self._changed:
            self._ahead, self._opening_ahead = channel, False
            self._changed.notify_all()

    def _taken_ahead(self) -> Channel | None:
        with self._changed:
            self._changed.wait_for(lambda: not self._opening_ahead)
            channel, self._ahead = self._ahead, None
            # A server may close a session that lies idle.
            if channel is None or channel.closed or channel.eof_received:
                return None
            self._open += 1
            return channel

    def lost(self, doing: str = "a command ran") -> ConnectionLostError:
        """Give the error for a connection that broke while something was under way.

        Args:
            doing: what was under way.
        """
        target = self.connection.target
        return ConnectionLostError(
            f"connection to {target.address} lost while {doing}: {self.connection.loss}; nobody can know whether it "
            "was done. Check the host before running it again"
        )

    def _opened(self) -> Channel:
        for _ in range(_MOST_REFUSALS):
            with self._changed:
                self._changed.wait_for(lambda: self._limit is None or self._open < self._limit)
                self._open += 1
            try:
                return self.connection.transport.open_session(timeout=GONE_AFTER)
            except (SSHException, EOFError, OSError) as error:
                self._release()
                self._refused(error)
            except BaseException:
                self._release()
                raise
        raise ConnectError(
            f"{self.connection.target.address} opens no session for a command; check MaxSessions of its sshd"
        )

    def _refused(self, error: Exception) -> None:
        """Wait until another try may help; raises where none can."""
        transport = self.connection.transport
        refused = isinstance(error, ChannelException) or "Unable to open channel" in str(error)
        if not transport.is_active() or not refused:
            why = self.connection.loss if not transport.is_active() else one_line(str(error))
            raise ConnectError(
                f"connection to {self.connection.target.address} lost before a command was sent: {why}"
            ) from error
        with self._changed:
            if self._open:
                self._limit = min(self._limit or self._open, self._open)
            self._changed.wait(_PAUSE)

    def _release(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify_all()
