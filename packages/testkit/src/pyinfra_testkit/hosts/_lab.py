"""A set of real hosts on one network."""

from __future__ import annotations

import atexit
import shutil
from typing import TYPE_CHECKING

from pyinfra_testkit.hosts._busybox import BusyboxHost
from pyinfra_testkit.hosts._errors import HostsError, HostsUnavailableError
from pyinfra_testkit.hosts._host import RealHost
from pyinfra_testkit.hosts._image import prepare
from pyinfra_testkit.hosts._network import Network
from pyinfra_testkit.hosts._requirements import missing_requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType


class Lab:
    """Real hosts, made as they are asked for, on one network with this machine.

    Labs of several processes stand side by side. All of a lab vanishes on `close`, at the end of a `with`
    block, and when the process that made it ends, however it ends.

    Attributes:
        network: The network that joins the hosts.
        directory: The lab's files: `key`, `known_hosts`, and `ssh_config` for `ssh -F`.
    """

    def __init__(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Set up the network; hosts come later.

        Args:
            report: Called with a line about what takes long.

        Raises:
            HostsUnavailableError: This machine can't have real hosts; the message says what is missing.
            HostsError: A tool failed.
        """
        if missing := missing_requirements():
            raise HostsUnavailableError(f"real hosts need {', '.join(missing)}")
        self._image = prepare(report)
        self.network = Network()
        self._hosts: dict[str, RealHost] = {}
        self._closed = False
        atexit.register(self.close)
        self.directory = self.network.directory
        shutil.copyfile(self._image.key, self.directory / "key")
        (self.directory / "key").chmod(0o600)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hosts(self, count: int, *, reset: bool = False) -> list[RealHost]:
        """Give the first hosts of the lab: `h1`, `h2`, ….

        Hosts made before are given again, with what was changed on them, but thawed and connected.

        Args:
            count: How many.
            reset: Throw away what was changed on them before.

        Returns:
            The hosts, up and running.

        Raises:
            HostsError: A host did not come up.
        """
        return self._ready([f"h{number}" for number in range(1, count + 1)], reset=reset)

    def fresh_host(self) -> RealHost:
        """Give a host named `fresh`, on which nothing was changed; the same one each time, reset.

        Returns:
            The host, up and running.

        Raises:
            HostsError: It did not come up.
        """
        return self._ready(["fresh"], reset=True)[0]

    def busybox_host(self) -> BusyboxHost:
        """Give a host named `busybox` that has no other tools; the same one each time, reset.

        Returns:
            The host, up and running.

        Raises:
            HostsError: It did not come up.
        """
        return BusyboxHost(self._ready(["busybox"], reset=True)[0])

    def close(self) -> None:
        """Remove every host and the network; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        for host in self._hosts.values():
            host.stop()
        self.network.close()

    def _ready(self, names: Iterable[str], *, reset: bool) -> list[RealHost]:
        if self._closed:
            raise HostsError("the lab is closed")
        hosts, starting = [self._hosts.get(name) or self._add(name) for name in names], []
        for host in hosts:
            if reset or not host.is_up():
                host.stop()
                host.start()
                starting.append(host)
        for host in starting:
            host.wait_until_up()
        for host in hosts:
            if host not in starting:
                host.recover()
        return hosts

    def _add(self, name: str) -> RealHost:
        host = RealHost(name, len(self._hosts) + 1, self._image, self.network)
        self._hosts[name] = host
        known, config = [], []
        for each in self._hosts.values():
            known.append(f"{each.name},{each.address} {each.public_key}\n")
            config.append(f"Host {each.name}\n    HostName {each.address}\n")
        (self.directory / "known_hosts").write_text("".join(known))
        config.append(
            f"Host *\n    User root\n    IdentityFile {self.directory}/key\n    IdentitiesOnly yes\n"
            f"    UserKnownHostsFile {self.directory}/known_hosts\n    StrictHostKeyChecking yes\n"
        )
        (self.directory / "ssh_config").write_text("".join(config))
        return host
