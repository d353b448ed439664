"""Facts about what listens on the network."""

from __future__ import annotations

import re
from typing import Any

from pyinfra import host
from pyinfra.api import FactBase, FactValueError
from typing_extensions import TypedDict, override

from ._session import Which
from ._system import Kernel

HIGHEST_PORT = 65535
SS_PROCESS = re.compile(r'users:\(\("(?P<name>.*?)",pid=(?P<pid>\d+)')
SS_SOCKET = re.compile(
    r"(?:(?P<protocol>tcp|udp)\s+)?(?P<state>LISTEN|UNCONN)\s+\d+\s+\d+\s+(?P<address>\S+):(?P<port>\d+)\s"
)
NETSTAT_SOCKET = re.compile(
    r"(?P<protocol>(?:tcp|udp)\d*)\s+\d+\s+\d+\s+(?P<address>\S+):(?P<port>\d+)\s+\S+\s+"
    r"(?P<state>LISTEN\s+)?(?:(?P<pid>\d+)/(?P<name>[^\s\[]+)|-)"
)
SOCKSTAT_SOCKET = re.compile(
    r"\S+\s+(?P<name>\S.*?)\s+(?P<pid>\d+|\?)\s+(?:\d+|\?)\s+(?P<protocol>(?:tcp|udp)\d*)\s+(?P<address>\S+):(?P<port>\d+)\s"
)


class ListeningPort(TypedDict):
    """What `Ports` knows of one port."""

    port: int
    ip: str
    protocol: str
    process: str | None


class Port(FactBase["tuple[str | None, int | None]"]):
    """The process that listens on a port: its name and number, from `ss`, `netstat` or FreeBSD's `sockstat`.

    .. code:: python

        ("nginx", 4242)

    It is None, or both are, where nothing listens, and where the process is another user's and is not told of.

    Args:
        port: the number of the port.
        protocol: `tcp` or `udp`.

    Raises:
        FactValueError: `port` or `protocol` is something else.
    """

    side_effect_free = True

    @override
    def command(self, port: int, protocol: str = "tcp") -> str:
        if protocol not in ("tcp", "udp"):
            raise FactValueError(f"protocol must be tcp or udp, not {protocol!r}")
        if not str(port).isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
            raise FactValueError(f"port must be a number from 1 to {HIGHEST_PORT}, not {port!r}")
        if host.get_fact(Kernel) == "FreeBSD":
            return f"sockstat -l -p {port} -P {protocol}"
        letter = protocol[0]
        if host.get_fact(Which, command="ss"):
            return f"ss -lp{letter}n | grep ':{port} ' || true"
        return f"netstat -{letter}lnp 2>/dev/null | awk '$4 ~ /:{port}$/'"

    @override
    def process(self, output: list[str]) -> tuple[str | None, int | None]:
        for line in output:
            found = SS_PROCESS.search(line) or NETSTAT_SOCKET.match(line) or SOCKSTAT_SOCKET.match(line)
            if found and found["pid"] and found["pid"] != "?":
                return found["name"].rstrip(":"), int(found["pid"])
        return None, None


class Ports(FactBase[list[ListeningPort]]):
    """The ports that are listened on, from `ss`, `netstat` or FreeBSD's `sockstat`.

    .. code:: python

        [{"port": 22, "ip": "0.0.0.0", "protocol": "tcp", "process": "sshd"}]

    `process` is None where it is another user's and its name is not told.
    """

    default = list
    side_effect_free = True

    @override
    def command(self) -> str:
        if host.get_fact(Kernel) == "FreeBSD":
            return "sockstat -l"
        if host.get_fact(Which, command="ss"):
            return "ss -lpuntn || true"
        return "netstat -tulnp 2>/dev/null || true"

    @override
    def process(self, output: list[str]) -> list[ListeningPort]:
        ports: list[ListeningPort] = []
        for line in output:
            if found := SS_SOCKET.match(line):
                process = SS_PROCESS.search(line)
                protocol = found["protocol"] or ("tcp" if found["state"] == "LISTEN" else "udp")
                ports.append(_port(found, protocol, process["name"] if process else None))
            elif found := NETSTAT_SOCKET.match(line) or SOCKSTAT_SOCKET.match(line):
                name = None if found["name"] in (None, "?") else found["name"].rstrip(":")
                ports.append(_port(found, found["protocol"], name))
        return ports


def _port(found: re.Match[str], protocol: str, process: str | None) -> ListeningPort:
    address: Any = found["address"].partition("%")[0].strip("[]")
    return {"port": int(found["port"]), "ip": address, "protocol": protocol, "process": process}
