"""One real host."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyinfra_testkit.hosts._debian import SCRIPTS
from pyinfra_testkit.hosts._errors import HostsError
from pyinfra_testkit.hosts._namespaces import signal_all
from pyinfra_testkit.hosts._process import checked, run
from pyinfra_testkit.hosts._users import USERS

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from pyinfra_testkit.hosts._image import Image
    from pyinfra_testkit.hosts._network import Network

_START_SECONDS = 60
_STOP_SECONDS = 10
_POLL_SECONDS = 0.01
_DISK = "2g"
"""The most that a host may write, in memory; only what it does write is taken."""


class RealHost:
    """A Debian system of its own, with its own sshd, made on this machine.

    It lives in its own pid, mount, network, UTS and IPC namespaces, on a copy-on-write layer over the base
    image, and dies with the process that made it. The pyinfra under test reaches it by ssh; tests check what
    became of it with `exec` and `root`, which use no network.

    Attributes:
        name: Its name in the lab, also its hostname.
        address: Its IPv4 address.
        port: The port of its sshd.
        key: The private ssh key that each of its users accepts.
        known_hosts: A known_hosts file with the keys of all hosts of the lab.
    """

    port = 22

    def __init__(self, name: str, index: int, image: Image, network: Network) -> None:
        """Make the host's files; `start` starts it.

        Args:
            name: Its name.
            index: Its number in the network, from 1.
            image: What its file system is based on.
            network: Where it is connected.
        """
        self.name = name
        self.address = network.address(index)
        self.key = network.directory / "key"
        self.known_hosts = network.directory / "known_hosts"
        self._index, self._image, self._network = index, image, network
        self._directory = network.directory / name
        self._supervisor: subprocess.Popen[bytes] | None = None
        (self._directory / "disk").mkdir(parents=True)
        key = self._directory / "ssh_host_ed25519_key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key)
        self.public_key = " ".join(key.with_suffix(".pub").read_text().split()[:2])
        network.add(index)

    def __repr__(self) -> str:
        return f"<RealHost {self.name} {self.address}>"

    @property
    def pid(self) -> int:
        """The host's first process, by this machine's number.

        Raises:
            HostsError: The host is not running.
        """
        try:
            pid = int((self._directory / "pid").read_text())
        except OSError:
            raise HostsError(f"{self.name} is not running{self._console()}") from None
        return pid

    @property
    def root(self) -> Path:
        """The host's file system as this machine's root sees it.

        A symlink with an absolute target leads into this machine's own files here: follow such links with
        `exec`. The path changes when the host is reset or reboots.
        """
        return Path(f"/proc/{self.pid}/root")

    def exec(
        self,
        *argv: str | bytes | os.PathLike[str],
        input: str | bytes | None = None,  # noqa: A002  the name that subprocess has
        user: str = "root",
        timeout: float | None = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the host without the network.

        Args:
            argv: The command and its arguments; no shell sees them.
            input: What it gets on standard input, which is otherwise empty.
            user: The user that it runs as.
            timeout: Seconds after which it is killed.

        Returns:
            The finished command: `returncode`, and `stdout` and `stderr` as text (bytes that are no UTF-8
            kept as surrogate escapes).

        Raises:
            HostsError: The host is not running.
            subprocess.TimeoutExpired: The command took too long.
        """
        home = USERS[user].home if user in USERS else "/"
        switch = (
            [] if user == "root" else ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--"]
        )
        namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd"]
        enter = ["nsenter", "--target", str(self.pid), *namespaces]
        done = subprocess.run(
            [*enter, "--", *switch, *argv],
            input=input.encode(errors="surrogateescape") if isinstance(input, str) else input or b"",
            capture_output=True,
            timeout=timeout,
            env={
                "HOME": home,
                "LANG": "C.UTF-8",
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "USER": user,
            },
            check=False,
        )
        return subprocess.CompletedProcess(
            list(argv),
            done.returncode,
            done.stdout.decode(errors="surrogateescape"),
            done.stderr.decode(errors="surrogateescape"),
        )

    def check_output(
        self,
        *argv: str | bytes | os.PathLike[str],
        input: str | bytes | None = None,  # noqa: A002  the name that subprocess has
        user: str = "root",
    ) -> str:
        """Run a command that must succeed on the host without the network.

        Args:
            argv: The command and its arguments; no shell sees them.
            input: What it gets on standard input, which is otherwise empty.
            user: The user that it runs as.

        Returns:
            What it printed on standard output.

        Raises:
            AssertionError: It failed; what it printed is told.
        """
        return checked(self.exec(*argv, input=input, user=user))

    def cut(self) -> None:
        """Drop every packet to and from the host, in silence, until `heal`."""
        self._network.cut(self._index)

    def heal(self) -> None:
        """Undo `cut`."""
        self._network.heal(self._index)

    def freeze(self) -> None:
        """Stop every process of the host where it stands, until `thaw`.

        The kernel still accepts connections for it.
        """
        signal_all(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        signal_all(self.pid, signal.SIGCONT)

    def recover(self) -> None:
        """Thaw the host, connect it, and wait until it answers, also where it is rebooting just now.

        Raises:
            HostsError: It does not answer.
        """
        self._await((self._directory / "pid").exists, "did not start")
        self.thaw()
        self.heal()
        self.wait_until_up()

    def reset(self) -> None:
        """Throw away all that was changed on the host and start it again.

        It is connected and running then, and keeps its keys.

        Raises:
            HostsError: It did not come up.
        """
        self.stop()
        self.start()
        self.wait_until_up()

    def ssh_data(self, user: str = "root", *, password: bool = False) -> dict[str, Any]:
        """Give the pyinfra host data with which the ssh connector reaches the host.

        Args:
            user: The user to log in as: `root`, `deploy` or `ask`.
            password: Log in with the user's password, and no key.

        Returns:
            The data by name; values are strings and numbers only.
        """
        login = {"ssh_password": USERS[user].password} if password else {"ssh_key": str(self.key)}
        return {
            "ssh_hostname": self.address,
            "ssh_port": self.port,
            "ssh_user": user,
            **login,
            "ssh_known_hosts_file": str(self.known_hosts),
            "ssh_strict_host_key_checking": "yes",
        }

    def inventory_line(self, user: str = "root") -> str:
        """Give the host as an element of a list in an inventory file, with its comma and without a newline.

        Args:
            user: The user to log in as.

        Returns:
            Python source of a `(name, data)` tuple.
        """
        return f"{(self.name, self.ssh_data(user))!r},"

    def start(self) -> None:
        """Start the host, without waiting for its sshd.

        Raises:
            HostsError: It is running already.
        """
        if self._supervisor is not None:
            raise HostsError(f"{self.name} is running already")
        (self._directory / "pid").unlink(missing_ok=True)
        network, index = self._network, self._index
        with (self._directory / "console.log").open("wb") as console:
            self._supervisor = subprocess.Popen(
                [
                    *("unshare", "--mount", "--propagation", "private", "sh", str(SCRIPTS / "supervise.sh")),
                    *(
                        str(self._directory),
                        str(self._image.root),
                        self.name,
                        network.port(index),
                        network.bridge,
                    ),
                    *(f"{self.address}/24", network.mac(index), network.address(0), network.mac(0), _DISK),
                ],
                stdin=subprocess.PIPE,
                stdout=console,
                stderr=console,
                cwd="/",
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        """Wait until the host's sshd answers.

        Raises:
            HostsError: It did not within a minute, or the host died; the message has the host's console.
        """
        self._await(self._answers, "does not answer")

    def is_up(self) -> bool:
        """Say whether the host runs; it may still be frozen or cut off."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def stop(self) -> None:
        """End every process of the host, if it runs, and forget its file system."""
        if self._supervisor is None:
            return
        assert self._supervisor.stdin is not None
        self._supervisor.stdin.close()
        try:
            self._supervisor.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()
        self._supervisor = None

    def _await(self, condition: Callable[[], bool], failure: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not condition():
            if not self.is_up() or time.monotonic() > deadline:
                raise HostsError(f"{self.name} {failure}{self._console()}")
            time.sleep(_POLL_SECONDS)

    def _answers(self) -> bool:
        # Asked before the host is on the network, the kernel would wait a second before it asks again.
        if not (self._directory / "pid").exists():
            return False
        try:
            with socket.create_connection((self.address, self.port), timeout=1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def _console(self) -> str:
        try:
            text = (self._directory / "console.log").read_text(errors="replace").strip()
        except OSError:
            return ""
        return f"; its console says:\n{text}" if text else ""
