"""Facts about what listens on the network."""

from __future__ import annotations

import re
from typing import Any

from pyinfra import host
from pyinfra.api import FactBase, FactValueError, Host, State
from typing_extensions import TypedDict, override

from ._session import Which
from ._system import Kernel

HIGHEST_PORT = 65535
SOCKSTAT_KERNELS = ("FreeBSD", "DragonFly")
LSOF_LISTENS = {"tcp": " -sTCP:LISTEN", "udp": ""}
SS_PROCESS = re.compile(r'users:\(\("(?P<name>.*?)",pid=(?P<pid>\d+)')
SS_SOCKET = re.compile(
    r"(?:(?P<protocol>tcp|udp)\s+)?(?P<state>LISTEN|UNCONN)\s+\d+\s+\d+\s+(?P<address>\S+):(?P<port>\d+)\s"
)
NETSTAT_SOCKET = re.compile(
    r"(?P<protocol>(?:tcp|udp)\d*)\s+\d+\s+\d+\s+(?P<address>\S+):(?P<port>\d+)\s+\S+\s+"
    r"(?:LISTEN\b\s*)?(?:(?P<pid>\d+)/(?P<name>[^\s\[]+).*|-\s*|$)"
)
# COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME; a socket that is connected has an arrow in its name.
LSOF_SOCKET = re.compile(
    r"(?P<name>\S+)\s+(?P<pid>\d+)\s+\S+\s+\d+\w?\s+IPv[46]\s+\S+\s+\S+\s+(?P<protocol>TCP|UDP)\s+"
    r"(?P<address>[^\s>]*):(?P<port>\d+)(?:\s+\(LISTEN\))?\s*"
)
SOCKSTAT_SOCKET = re.compile(
    r"\S+\s+(?P<name>\S.*?)\s+(?P<pid>\d+|\?)\s+(?:\d+|\?)\s+(?P<protocol>(?:tcp|udp)\d*)\s+(?P<address>\S+):(?P<port>\d+)\s"
)


class ListeningPort(TypedDict):
    """What `Ports` knows of one port.

    Attributes:
        port: its number.
        ip: the address that is listened on.
        protocol: `tcp` or `udp`, as the tool calls it.
        process: the name of the process; None where it is another user's and not told.
    """

    port: int
    ip: str
    protocol: str
    process: str | None


class Port(FactBase["tuple[str | None, int | None]"]):
    """The process that listens on a port: its name and number.

    From `ss` or `netstat`, on FreeBSD and DragonFly from `sockstat`, on macOS from `lsof`.
    OpenBSD and NetBSD can't be asked.

    .. code:: python

        ("nginx", 4242)

    It is None, or both are, where nothing listens, and where the process is another user's and is not told of.

    Args:
        port: the number of the port.
        protocol: `tcp` or `udp`.

    Raises:
        FactValueError: `port` or `protocol` is something else.

    **Example:**

    ```python
    host.get_fact(Port, port=443)
    ```
    """

    side_effect_free = True

    @override
    def command(self, port: int, protocol: str = "tcp") -> str:
        if protocol not in ("tcp", "udp"):
            raise FactValueError(f"protocol must be tcp or udp, not {protocol!r}")
        if not str(port).isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
            raise FactValueError(f"port must be a number from 1 to {HIGHEST_PORT}, not {port!r}")
        kernel = host.get_fact(Kernel)
        if kernel in SOCKSTAT_KERNELS:
            return f"sockstat -l -p {port} -P {protocol}"
        if kernel == "Darwin":
            return f"lsof -nP +c0 -i{protocol.upper()}:{port}{LSOF_LISTENS[protocol]} || true"
        letter = protocol[0]
        if host.get_fact(Which, command="ss"):
            return f"ss -lp{letter}n | grep ':{port} ' || true"
        return f"netstat -{letter}lnp 2>/dev/null | awk '$4 ~ /:{port}$/'"

    @override
    def process(self, output: list[str]) -> tuple[str | None, int | None]:
        for line in output:
            found = (
                SS_PROCESS.search(line)
                or NETSTAT_SOCKET.fullmatch(line)
                or SOCKSTAT_SOCKET.match(line)
                or LSOF_SOCKET.fullmatch(line)
            )
            if found and found["pid"] and found["pid"] != "?":
                return _process_name(found["name"]), int(found["pid"])
        return None, None

    @override
    def check_preconditions(self, state: State, host: Host) -> str | None:
        return _why_not_known(host)


class Ports(FactBase[list[ListeningPort]]):
    """The ports that are listened on.

    From `ss` or `netstat`, on FreeBSD and DragonFly from `sockstat`, on macOS from `lsof`.
    OpenBSD and NetBSD can't be asked.

    .. code:: python

        [{"port": 22, "ip": "0.0.0.0", "protocol": "tcp", "process": "sshd"}]

    `process` is None where it is another user's and its name is not told.
    """

    default = list
    side_effect_free = True

    @override
    def command(self) -> str:
        kernel = host.get_fact(Kernel)
        if kernel in SOCKSTAT_KERNELS:
            return "sockstat -l"
        if kernel == "Darwin":
            return "{ lsof -nP +c0 -iTCP -sTCP:LISTEN; lsof -nP +c0 -iUDP; } || true"
        if host.get_fact(Which, command="ss"):
            return "ss -lpuntn || true"
        # Debian's busybox knows no -p.
        return "netstat -tulnp 2>/dev/null || netstat -tuln 2>/dev/null || true"

    @override
    def process(self, output: list[str]) -> list[ListeningPort]:
        ports: list[ListeningPort] = []
        for line in output:
            if found := SS_SOCKET.match(line):
                process = SS_PROCESS.search(line)
                protocol = found["protocol"] or ("tcp" if found["state"] == "LISTEN" else "udp")
                ports.append(_port(found, protocol, process["name"] if process else None))
            elif found := (
                NETSTAT_SOCKET.fullmatch(line) or SOCKSTAT_SOCKET.match(line) or LSOF_SOCKET.fullmatch(line)
            ):
                name = None if found["name"] in (None, "?") else _process_name(found["name"])
                # netstat tells of IPv6 in the protocol, but ss does not.
                protocol = found["protocol"].lower()
                is_of_netstat = found.re is NETSTAT_SOCKET
                ports.append(_port(found, protocol.rstrip("6") if is_of_netstat else protocol, name))
        return ports

    @override
    def check_preconditions(self, state: State, host: Host) -> str | None:
        return _why_not_known(host)


def _why_not_known(host: Host) -> str | None:
    kernel = host.get_fact(Kernel)
    return f"on {kernel} no tool tells which process listens" if kernel in ("OpenBSD", "NetBSD") else None


def _process_name(text: str) -> str:
    r"""Read a name that may end with a colon, and in which lsof writes spaces and the like as `\x20`."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text).rstrip(":")


def _port(found: re.Match[str], protocol: str, process: str | None) -> ListeningPort:
    address: Any = found["address"].partition("%")[0].strip("[]")
    return {"port": int(found["port"]), "ip": address, "protocol": protocol, "process": process}
