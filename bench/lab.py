"""The hosts of a measurement, and the control side: a network namespace that reaches them over the wire only."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from pyinfra_testkit.hosts import Lab, RealHost

from .image import SSHD, SSHD_FILE
from .sessions import Sessions
from .wire import Counts

_CONTROL = 253
"""The control side's number in the lab's network; the hosts count from 1."""


class BenchLab:
    """Real hosts behind a wire.

    Args:
        report: Called with a line about what takes long.

    Attributes:
        namespace: The control side's network namespace, as a path for setns(2).
        directory: Where `key`, `known_hosts` and `ssh_config` are.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._stack = ExitStack()
        lab = self._lab = self._stack.enter_context(Lab(report))
        self.directory = lab.directory
        network = lab.network
        control, hosts = f"{network.bridge}c", f"{network.bridge}w"
        holder = self._start("unshare", "--net", "sh", "-c", "echo {}; exec cat")
        self._wire = self._start(
            sys.executable, "-I", str(Path(__file__).with_name("wire.py")), control, hosts
        )
        self.namespace = f"/proc/{holder.pid}/ns/net"
        _ip(f"link set {hosts} txqueuelen 10000 master {network.bridge} up")
        _ip(f"link set {control} netns {holder.pid} name eth0")
        self._inside(
            "link set lo up",
            f"link set eth0 address {network.mac(_CONTROL)} txqueuelen 10000",
            f"address add {network.address(_CONTROL)}/24 dev eth0",
            "link set eth0 up",
        )
        self.sessions = Sessions()
        self._known: set[str] = set()

    def __enter__(self) -> BenchLab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sessions.close()
        self._stack.close()

    def hosts(self, count: int, *, fresh: bool) -> list[RealHost]:
        """Give hosts, `h1`, `h2`, ….

        Args:
            count: How many.
            fresh: Throw away what was changed on them.
        """
        network = self._lab.network
        hosts = self._lab.hosts(count, reset=fresh)
        for host in hosts:
            if host.name not in self._known:
                mac = network.mac(int(host.address.rpartition(".")[2]) - 1)
                self._inside(f"neighbour replace {host.address} lladdr {mac} dev eth0 nud permanent")
                self._known.add(host.name)
            control = ("lladdr", network.mac(_CONTROL), "dev", "eth0", "nud", "permanent")
            host.exec("ip", "neighbour", "replace", network.address(_CONTROL), *control)
            _have_sshd_tell(host)
            self.sessions.listen(host)
        return hosts

    def set_rtt(self, milliseconds: float) -> None:
        """Set the round trip between the control side and every host."""
        self._tell(rtt=milliseconds)

    def take_counts(self) -> dict[str, Counts]:
        """Give what crossed the wire since this was asked last, by the host's address."""
        return {host: Counts(**counts) for host, counts in self._tell(take=True).items()}

    def _tell(self, **order: Any) -> dict[str, Any]:
        assert self._wire.stdin is not None
        self._wire.stdin.write(json.dumps(order) + "\n")
        self._wire.stdin.flush()
        return _answer(self._wire)

    def _inside(self, *commands: str) -> None:
        _run("nsenter", f"--net={self.namespace}", "ip", "-batch", "-", words="\n".join(commands))

    def _start(self, *command: str) -> subprocess.Popen[str]:
        """Start a process that ends with its stdin, and so with this one, and wait until it says that it runs."""
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._stack.callback(_end, process)
        _answer(process)
        return process


def _have_sshd_tell(host: RealHost) -> None:
    """Have a host's sshd log its sessions, where its image does not have it so."""
    file = host.root / SSHD_FILE
    if not file.exists():
        file.write_text(SSHD)
        host.exec("sh", "-c", "kill -HUP $(cat /run/sshd.pid)")
        host.wait_until_up()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait()
    process.stdout.close()


def _ip(words: str) -> None:
    _run("ip", *words.split())


def _run(*command: str, words: str = "") -> None:
    done = subprocess.run(command, input=words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`{' '.join(command)}` failed: {done.stderr}")
