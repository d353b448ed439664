"""The ssh agent of this machine: its keys, and their use by commands on a host."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, cast

from paramiko import AgentKey, Channel, SSHException
from paramiko.agent import AgentSSH

from ._certificates import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._config import HostOptions

# The most that an agent takes; a longer message is no agent's.
_LONGEST_MESSAGE = 256 * 1024
_SECONDS = 30


class LocalAgent(AgentSSH):
    """The agent behind a socket.

    Args:
        path: the socket's path.

    Raises:
        OSError: nothing listens there.
        SSHException: what listens there is no agent.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        cast("Any", self)._connect(_connected(path))

    def close(self) -> None:
        """Close the socket."""
        cast("Any", self)._close()


def agent_path(options: HostOptions) -> str | None:
    """Give the path of the agent's socket.

    Args:
        options: ssh_config's, whose IdentityAgent stands above the environment.

    Returns:
        The path; None where there is no agent to ask.
    """
    named = options.get("identityagent")
    if named is None or named == "SSH_AUTH_SOCK":
        return os.environ.get("SSH_AUTH_SOCK") or None
    if named.lower() == "none":
        return None
    return os.environ.get(named[1:]) if named.startswith("$") else named


@contextlib.contextmanager
def agent_keys(path: str | None) -> Iterator[list[AgentKey]]:
    """Give the keys of an agent, usable while the context lasts.

    Args:
        path: its socket; an agent that does not answer has no keys.

    Yields:
        Its keys, in its order.
    """
    agent = None
    if path is not None:
        with contextlib.suppress(OSError, SSHException):
            agent = LocalAgent(path)
    try:
        keys: list[Any] = list(agent.get_keys()) if agent is not None else []
        for key in keys:
            # Such a key is shown as its certificate, which paramiko does only where it finds it here.
            if key.get_name().endswith(SUFFIX) and key.inner_key is not None:
                key.public_blob = key.inner_key.public_blob
        yield keys
    finally:
        if agent is not None:
            agent.close()


def _connected(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(_SECONDS)
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock


def forward_agent(channel: Channel, path: str) -> None:
    """Let the command on a channel use the agent.

    Args:
        channel: the channel, before its command runs.
        path: the agent's socket.
    """

    def serve(remote: Channel) -> None:
        threading.Thread(target=_relay, args=(remote, path), name="pyinfra-ssh-agent", daemon=True).start()

    channel.request_forward_agent(serve)


def _relay(remote: Channel, path: str) -> None:
    """Carry questions to the agent and answers back: each is a length and as many bytes."""
    with (
        contextlib.suppress(OSError, SSHException, EOFError),
        contextlib.closing(remote),
        contextlib.closing(_connected(path)) as agent,
    ):
        while True:
            agent.sendall(_message(remote))
            remote.sendall(_message(agent))


def _message(stream: Channel | socket.socket) -> bytes:
    head = _exactly(stream, 4)
    (length,) = struct.unpack(">I", head)
    if length > _LONGEST_MESSAGE:
        raise EOFError
    return head + _exactly(stream, length)


def _exactly(stream: Channel | socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        piece = stream.recv(length - len(got))
        if not piece:
            raise EOFError
        got += piece
    return got
