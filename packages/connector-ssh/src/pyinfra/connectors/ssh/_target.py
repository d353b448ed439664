"""Where a connection goes and by which way: settings and ssh_config put together."""

from __future__ import annotations

import getpass
import re
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyinfra.api.exceptions import ConnectError

from ._config import HostOptions, read_options
from ._host_keys import CHOICES, HostKeyPolicy
from ._known_hosts import known_name

if TYPE_CHECKING:
    from ._settings import Settings

_SYSTEM_FILES = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))
_USER_FILES = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_FAMILIES = {"any": socket.AF_UNSPEC, "inet": socket.AF_INET, "inet6": socket.AF_INET6}
_HIGHEST_PORT = 65535


@dataclass
class Target:
    """A host to connect to.

    Attributes:
        settings: what the user set.
        options: what ssh_config says.
        host: the name or address.
        port: the port.
        user: whom to log in as.
        timeout: seconds that each step may take.
        policy: which host keys are accepted.
        jumps: the hosts to go through, nearest first, as ProxyJump has them.
        proxy_command: the command that makes the connection, or None.
        family: the address family to use.
    """

    settings: Settings
    options: HostOptions
    host: str
    port: int
    user: str
    timeout: float
    policy: HostKeyPolicy
    jumps: list[str]
    proxy_command: str | None
    family: socket.AddressFamily

    @property
    def address(self) -> str:
        """Host and port, as an error names them."""
        return f"{self.host} port {self.port}"


def resolve(settings: Settings) -> Target:
    """Put settings and ssh_config together.

    Args:
        settings: what the user set; it stands above ssh_config.

    Returns:
        Where to connect to.

    Raises:
        ConnectError: ssh_config can't be read, or a value in it can't be used.
    """
    options = read_options(settings.config_file, settings.host, settings.user, settings.port)
    host = options.get("hostname") or settings.host
    port = settings.port or options.number("port") or 22
    if not 0 < port <= _HIGHEST_PORT:
        raise ConnectError(
            f"the port {port} is not between 1 and {_HIGHEST_PORT}; check ssh_port and ssh_config"
        )
    jump = options.get("proxyjump")
    return Target(
        settings=settings,
        options=options,
        host=host,
        port=port,
        user=settings.user or options.get("user") or getpass.getuser(),
        timeout=settings.timeout or options.number("connecttimeout") or settings.default_timeout,
        policy=_policy(settings, options, host, port),
        jumps=[hop.strip() for hop in jump.split(",")] if jump else [],
        proxy_command=options.get("proxycommand"),
        family=_FAMILIES.get((options.get("addressfamily") or "any").lower(), socket.AF_UNSPEC),
    )


def _policy(settings: Settings, options: HostOptions, host: str, port: int) -> HostKeyPolicy:
    strict = settings.strict or options.get("stricthostkeychecking") or settings.default_strict
    strict = {"true": "yes", "false": "no"}.get(strict.lower(), strict.lower())
    if strict not in CHOICES:
        raise ConnectError(
            f"ssh_config: StrictHostKeyChecking must be one of {', '.join(CHOICES)}, not {strict!r}"
        )
    if settings.known_hosts_file:
        own = [settings.known_hosts_file]
    else:
        own = options.words("userknownhostsfile")
        if not own and options.get("userknownhostsfile") is None:
            own = list(_USER_FILES)
    shared = (
        tuple(Path(word) for word in options.words("globalknownhostsfile"))
        if options.get("globalknownhostsfile")
        else _SYSTEM_FILES
    )
    alias = options.get("hostkeyalias")
    return HostKeyPolicy(
        name=alias.lower() if alias else known_name(host, port),
        bare_name=(alias or host).lower(),
        files=(*(Path(word).expanduser() for word in own), *shared),
        user_files=len(own),
        strict=strict,
        hashed=bool(options.flag("hashknownhosts")),
        prefix=settings.prefix,
    )


def hop_settings(settings: Settings, hop: str) -> Settings:
    """Give the settings for a host that a connection goes through.

    It gets the host's keys to log in with, but never its password, which is for the host alone.

    Args:
        settings: the settings of the host behind.
        hop: `[user@]host[:port]` or an `ssh://` address, as ProxyJump has it.

    Returns:
        Its settings.

    Raises:
        ConnectError: it is no such thing.
    """
    parts = re.fullmatch(
        r"(?:ssh://)?(?:(?P<user>[^@]+)@)?(?:\[(?P<v6>[^]]+)\]|(?P<host>[^:@\s]+))(?::(?P<port>\d+))?/?", hop
    )
    if parts is None:
        raise ConnectError(f"ssh_config: ProxyJump has {hop!r}, which is not [user@]host[:port]")
    kept = {"banner_timeout", "auth_timeout", "channel_timeout", "disabled_algorithms", "compress"}
    return replace(
        settings,
        host=parts["v6"] or parts["host"],
        user=parts["user"],
        port=int(parts["port"]) if parts["port"] else None,
        password=None,
        options={key: value for key, value in settings.options.items() if key in kept},
    )
