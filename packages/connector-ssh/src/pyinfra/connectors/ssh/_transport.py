"""paramiko's transport, with what this connector needs of it that its public interface does not give."""

from __future__ import annotations

import logging
import threading
import weakref
from typing import Any

from paramiko import Channel, Message, SSHException
from paramiko.auth_handler import AuthOnlyHandler
from paramiko.common import (
    MSG_CHANNEL_REQUEST,
    cMSG_CHANNEL_DATA,
    cMSG_CHANNEL_REQUEST,
    cMSG_GLOBAL_REQUEST,
    cMSG_SERVICE_REQUEST,
    cMSG_USERAUTH_REQUEST,
)
from paramiko.transport import ServiceRequestingTransport

from ._liveness import ASK_AFTER, GONE_AFTER, CountingPacketizer, watchdog

# Half of the window that OpenSSH's server offers a command (bytes).
EARLY_INPUT = 1 << 20

# Without a handler of its own paramiko's errors, which become ours, would also reach stderr.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


def _inside(thing: object) -> Any:
    """Give an object of paramiko's for the use of what is not part of its public interface; here and nowhere else."""
    return thing


class _Login(AuthOnlyHandler):
    """Sends login requests; RFC 4252.

    Attributes:
        methods: the login methods that the host said may go on, when it last refused one.
    """

    methods: list[str] | None = None

    def _parse_userauth_failure(self, m: Message) -> None:
        position = m.packet.tell()
        self.methods = m.get_list()
        m.packet.seek(position)
        _inside(super())._parse_userauth_failure(m)

    def send_auth_request(self, username: str, method: str, finish_message: Any = None) -> list[str]:
        """Send one and wait for its answer, listening before it can come."""
        message = Message()
        message.add_byte(cMSG_USERAUTH_REQUEST)
        message.add_string(username)
        message.add_string("ssh-connection")
        message.add_string(method)
        self.auth_method = method
        self.username = username
        if finish_message is not None:
            finish_message(message)
        self.auth_event = answered = threading.Event()
        with self.transport.lock:
            _inside(self.transport)._send_message(message)
        allowed: list[str] = self.wait_for_response(answered)
        return allowed


class HostTransport(ServiceRequestingTransport):
    """An ssh connection.

    Args:
        sock: the stream under it.
        disabled_algorithms: as paramiko has it.

    Attributes:
        host_key_algorithms: those to offer, best first; None for paramiko's.
        loss: why the connection was given up, where we did that.
        gone_after: seconds of silence after which the host counts as gone.
    """

    packetizer: CountingPacketizer
    host_key_algorithms: tuple[str, ...] | None = None

    def __init__(self, sock: Any, disabled_algorithms: Any = None) -> None:
        super().__init__(sock, disabled_algorithms=disabled_algorithms, packetizer_class=CountingPacketizer)
        self.loss: str | None = None
        self.gone_after: float = GONE_AFTER
        # For this connection alone; paramiko's table is its class's.
        table: dict[int, Any] = _inside(super())._channel_handler_table
        self._channel_handler_table = {**table, MSG_CHANNEL_REQUEST: _note_signal}

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """The host key algorithms to offer."""
        return self.host_key_algorithms or tuple(super().preferred_keys)

    def ensure_session(self) -> None:
        """Ask for the login service, without waiting for the answer: a server takes requests in order."""
        if not self.is_active() or not self.initial_kex_done:
            raise SSHException("No existing session")
        if self.auth_handler is not None:
            return
        message = Message()
        message.add_byte(cMSG_SERVICE_REQUEST)
        message.add_string("ssh-userauth")
        self.auth_handler = _Login(self)
        _inside(self)._send_message(message)

    @property
    def login_methods(self) -> list[str] | None:
        """The login methods that the host takes, as far as it has said."""
        return getattr(self.auth_handler, "methods", None)

    def watch(self, ask_after: float = ASK_AFTER, gone_after: float = GONE_AFTER) -> None:
        """Notice when the host stops answering.

        Args:
            ask_after: seconds of silence after which it is asked for an answer.
            gone_after: seconds of silence after which the connection is given up.
        """
        self.gone_after = gone_after
        self.packetizer.set_keepalive(ask_after, _asker(weakref.ref(self)))
        watchdog.watch(self)

    def ask(self) -> None:
        """Send something that any server answers.

        The thread that reads calls this. It must not wait here for a new key exchange to end: it is what ends it.
        """
        if not self.clear_to_send.is_set():
            return
        message = Message()
        message.add_byte(cMSG_GLOBAL_REQUEST)
        message.add_string("keepalive@openssh.com")
        message.add_boolean(True)
        _inside(self)._send_user_message(message)

    def give_up(self, reason: str) -> None:
        """Close the connection, whoever waits on it.

        Args:
            reason: why, as the end of a sentence.
        """
        self.loss = reason
        self.close()


def _asker(transport: weakref.ref[HostTransport]) -> Any:
    def ask() -> None:
        alive = transport()
        if alive is not None:
            alive.ask()

    return ask


def _note_signal(channel: Channel, message: Message) -> None:
    """Keep the name of the signal that ended a command, which paramiko passes over, and do as it does else."""
    position = message.packet.tell()
    if message.get_text() == "exit-signal":
        message.get_boolean()
        _inside(channel).exit_signal = message.get_text()
        channel.status_event.set()
        return
    message.packet.seek(position)
    _inside(channel)._handle_request(message)


def send_request(channel: Channel, name: str, want_reply: bool, *fields: bytes | str | int) -> None:
    """Send a channel request without waiting for its answer; RFC 4254.

    Args:
        channel: the channel.
        name: the request's name.
        want_reply: whether the host is to answer; the answer sets `channel.event`.
        *fields: its fields: strings and 32 bit numbers.

    Raises:
        SSHException: keys are being exchanged anew and that takes too long.
    """
    message = Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string(name)
    message.add_boolean(want_reply)
    for value in fields:
        if isinstance(value, int):
            message.add_int(value)
        else:
            message.add_string(value)
    if want_reply:
        _inside(channel)._event_pending()
    _inside(channel.transport)._send_user_message(message)


def takes_input_early(channel: Channel) -> bool:
    """Tell whether a command's input may follow its exec request before the host has offered room for it.

    OpenSSH's server opens a session with no window at all, and offers 2 MiB as it handles the exec request, so before
    it comes to what was sent right behind that. Waiting for the offer would cost a round trip.

    Args:
        channel: a session that nothing was asked of but its command.
    """
    version = getattr(channel.transport, "remote_version", "")
    return channel.out_window_size == 0 and version.startswith("SSH-2.0-OpenSSH")


def send_early(channel: Channel, data: bytes) -> None:
    """Send all of a command's input right behind its exec request; see `takes_input_early`.

    Args:
        channel: the session; nothing else may be written to it.
        data: the input, `EARLY_INPUT` bytes at most.
    """
    # as paramiko's own `send`: the length of a message's other fields stays below this
    piece = channel.out_max_packet_size - 64
    for start in range(0, len(data), piece):
        message = Message()
        message.add_byte(cMSG_CHANNEL_DATA)
        message.add_int(channel.remote_chanid)
        message.add_string(data[start : start + piece])
        _inside(channel.transport)._send_user_message(message)
