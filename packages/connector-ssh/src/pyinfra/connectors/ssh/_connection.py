"""Making a connection: the way through other hosts, the key exchange, the host's key, the login."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paramiko import ChannelException, SSHException
from paramiko.ssh_exception import IncompatiblePeer
from pyinfra.api.exceptions import ConnectError

from ._auth import Login
from ._certificates import SUFFIX
from ._dial import ProxyProcess, connect_tcp
from ._errors import TransientConnectError, one_line
from ._host_keys import HostKey
from ._liveness import ASK_AFTER, GONE_AFTER
from ._target import Target, hop_settings, resolve
from ._transport import HostTransport

if TYPE_CHECKING:
    from ._settings import Settings

# Logins at one server that are under way at once. Hosts behind one jump host all begin there at the same moment, and
# sshd hangs up on some of those that are not logged in yet, from the tenth on (MaxStartups); it counts them a moment
# longer than we do.
_LOGINS_AT_ONCE = 4

# ssh_config files that send a host through itself would else go on for ever.
_MOST_HOPS = 10


@dataclass
class Connection:
    """A connection to a host, and those it goes through.

    Attributes:
        target: the host.
        transport: the connection to it.
        below: what it goes through, nearest to this machine first.
    """

    target: Target
    transport: HostTransport
    below: list[HostTransport | ProxyProcess] = field(default_factory=list)

    @property
    def loss(self) -> str:
        """Why the connection broke, as the end of a sentence."""
        for transport in (*self.below, self.transport):
            if isinstance(transport, HostTransport) and transport.loss:
                return transport.loss
        return "the connection was closed"

    def close(self) -> None:
        """Close it, and all that it goes through."""
        _close([*self.below, self.transport])


def connect(settings: Settings) -> Connection:
    """Connect to a host, trying again as often as the settings say where that may help.

    Args:
        settings: what the user set.

    Returns:
        The connection, logged in.

    Raises:
        ConnectError: it could not be made; the message says which step failed, and what to do.
    """
    for left in range(max(settings.retries, 0), -1, -1):
        try:
            return _Maker().make(settings)
        except TransientConnectError as error:
            if not left:
                raise ConnectError(str(error)) from error
            time.sleep(random.uniform(*settings.retry_delay))  # noqa: S311 - so that hosts do not retry in step
    raise AssertionError


_turns: dict[tuple[str, int], threading.Semaphore] = {}
_turns_lock = threading.Lock()


def _turn(target: Target) -> threading.Semaphore:
    with _turns_lock:
        return _turns.setdefault((target.host, target.port), threading.Semaphore(_LOGINS_AT_ONCE))


class _Maker:
    """Makes one connection; closes what it opened where that fails."""

    def __init__(self) -> None:
        self._opened: list[HostTransport | ProxyProcess] = []

    def make(self, settings: Settings) -> Connection:
        try:
            target = resolve(settings)
            transport = self._reach(target, target.jumps, 0)
        except BaseException:
            _close(self._opened)
            raise
        self._opened.remove(transport)
        return Connection(target, transport, self._opened)

    def _reach(self, target: Target, jumps: list[str], depth: int) -> HostTransport:
        login = Login(target)
        if target.settings.options.get("sock") is not None:
            return self._start(target, login, target.settings.options["sock"])
        below = self._hop(target, jumps, depth) if jumps else None
        with _turn(target):
            if below is not None:
                return self._start(target, login, self._tunnel(target, below, jumps[-1]))
            if target.proxy_command:
                proxy = ProxyProcess(target.proxy_command)
                self._opened.append(proxy)
                return self._start(target, login, proxy.sock, proxy)
            return self._start(target, login, connect_tcp(target))

    def _hop(self, target: Target, jumps: list[str], depth: int) -> HostTransport:
        if depth >= _MOST_HOPS:
            raise ConnectError(
                f"ssh_config: ProxyJump leads through more than {_MOST_HOPS} hosts; does it go round?"
            )
        *before, last = jumps
        hop = resolve(hop_settings(target.settings, last))
        try:
            return self._reach(hop, before or hop.jumps, depth + 1)
        except ConnectError as error:
            raise type(error)(f"proxy failed: the jump host {last}: {error}") from error

    def _tunnel(self, target: Target, below: HostTransport, hop: str) -> Any:
        try:
            return below.open_channel(
                "direct-tcpip", (target.host, target.port), ("127.0.0.1", 0), timeout=target.timeout
            )
        except (SSHException, EOFError, OSError) as error:
            why = (
                error.text
                if isinstance(error, ChannelException)
                else one_line(str(error)) or "connection lost"
            )
            raise TransientConnectError(
                f"proxy failed: the jump host {hop} makes no connection to {target.address} ({why}); "
                "check the address, and AllowTcpForwarding there"
            ) from error

    def _start(
        self, target: Target, login: Login, sock: Any, proxy: ProxyProcess | None = None
    ) -> HostTransport:
        transport = HostTransport(sock, target.settings.options.get("disabled_algorithms"))
        self._opened.append(transport)
        if target.options.flag("compression") or target.settings.options.get("compress"):
            transport.use_compression(True)
        transport.host_key_algorithms = target.policy.algorithms(transport.preferred_keys)
        try:
            _handshake(transport, target)
        except TransientConnectError as error:
            raise (proxy.failure() if proxy is not None else error) from error
        _check_host_key(transport, target)
        login.perform(transport)
        transport.channel_timeout = target.settings.options.get("channel_timeout") or GONE_AFTER
        _watch(transport, target)
        return transport


def _handshake(transport: HostTransport, target: Target) -> None:
    limit = target.settings.options.get("banner_timeout") or target.timeout
    transport.banner_timeout = limit
    done = threading.Event()
    started = time.monotonic()
    transport.start_client(event=done)
    # One more: paramiko's own timeout says more.
    answered = done.wait(limit + 1)
    if answered and transport.is_active():
        return
    if not answered and transport.remote_version:
        raise TransientConnectError(
            f"timed out: {target.address} did not finish the key exchange within {limit:g} s; is it overloaded?"
        )
    raise _handshake_error(transport, target, time.monotonic() - started >= limit, limit)


def _handshake_error(transport: HostTransport, target: Target, too_late: bool, limit: float) -> ConnectError:
    error = transport.get_exception()
    if not transport.remote_version:
        if too_late:
            return TransientConnectError(
                f"timed out: {target.address} sent no ssh greeting within {limit:g} s; is it an ssh server's port?"
            )
        if error is not None and "ersion" in str(error):
            return ConnectError(
                f"{target.address} is not an ssh server's port: it greets with something else"
            )
        return TransientConnectError(
            f"connection closed: {target.address} closed it before the ssh greeting; sshd may just be starting, "
            "or limit connections (MaxStartups)"
        )
    if isinstance(error, IncompatiblePeer):
        return ConnectError(
            f"no common algorithm with {target.address}: {one_line(str(error))}; update its sshd"
        )
    why = one_line(str(error)) if error is not None else ""
    return TransientConnectError(
        f"connection closed: {target.address} closed it during the key exchange{f' ({why})' if why else ''}"
    )


def _check_host_key(transport: HostTransport, target: Target) -> None:
    key = transport.get_remote_server_key()
    blob = getattr(key, "public_blob", None)
    certificate = blob.key_blob if blob is not None and blob.key_type.endswith(SUFFIX) else None
    target.policy.check(HostKey(key.get_name(), key.asbytes(), certificate))


def _watch(transport: HostTransport, target: Target) -> None:
    # ssh_config may ask for less patience, not for more: a dead host is to be noticed.
    ask_after = min(target.options.number("serveraliveinterval") or ASK_AFTER, ASK_AFTER)
    count = target.options.number("serveralivecountmax")
    gone_after = min(ask_after * (count + 1), GONE_AFTER) if count is not None else GONE_AFTER
    transport.watch(ask_after, max(gone_after, ask_after + 1))


def _close(opened: list[HostTransport | ProxyProcess]) -> None:
    for one in reversed(opened):
        with contextlib.suppress(OSError, EOFError, SSHException):
            one.close()
            if isinstance(one, HostTransport):
                one.sock.close()
