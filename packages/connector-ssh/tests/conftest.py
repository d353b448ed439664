"""What the tests of the ssh connector share: hosts to connect to, and a home of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from pyinfra.api import Config, Inventory, State
from pyinfra.connectors.ssh import SSHConnector

SSHD = "/usr/sbin/sshd"
KEY_TYPES = ("ed25519", "ecdsa", "rsa")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without keys, known hosts, configuration or agent."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder


def build_connector(name: str = "target", config: Config | None = None, **data: Any) -> SSHConnector:
    inventory = Inventory(([(name, data)], {}))
    state = State(inventory, config or Config())
    connector = state.inventory.get_host(name).connector
    assert isinstance(connector, SSHConnector)
    return connector


@pytest.fixture
def connector() -> Iterator[Callable[..., SSHConnector]]:
    """Makes connectors, and disconnects them in the end."""
    made: list[SSHConnector] = []

    def make(*args: Any, **data: Any) -> SSHConnector:
        made.append(build_connector(*args, **data))
        return made[-1]

    yield make
    for one in made:
        one.disconnect()


class Sshd:
    """OpenSSH's server on this machine, for this user, with keys of all kinds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = os.environ.get("USER") or "root"
        for key_type in KEY_TYPES:
            make_key(folder / f"host_{key_type}", key_type)
            make_key(folder / f"user_{key_type}", key_type)
        self.authorized = folder / "authorized_keys"
        self.authorized.write_bytes(b"".join(self.public("user", kind) for kind in KEY_TYPES))
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.port = self.start()

    def public(self, who: str, key_type: str) -> bytes:
        return (self.folder / f"{who}_{key_type}.pub").read_bytes()

    def start(self, *lines: str, host_keys: tuple[str, ...] = KEY_TYPES, port: int = 0) -> int:
        """Start a server with lines of sshd_config of its own, which stand above the common ones."""
        port = port or free_port()
        config = self.folder / f"sshd_config_{port}"
        common = (
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            *(f"HostKey {self.folder}/host_{kind}" for kind in host_keys),
            f"AuthorizedKeysFile {self.authorized}",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "StrictModes no",
            "UsePAM no",
            "PidFile none",
            # What a home has for its shells prints where it likes.
            f"SetEnv HOME={self.folder}",
            "Subsystem sftp internal-sftp",
        )
        config.write_text("\n".join((*lines, *common)) + "\n")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        log = (self.folder / f"log_{port}").open("wb")
        with log:
            self.processes[port] = subprocess.Popen(
                [SSHD, "-f", config, "-D", "-e"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_for_port(port)
        return port

    def data(self, port: int | None = None, **more: Any) -> dict[str, Any]:
        return {
            "ssh_hostname": "127.0.0.1",
            "ssh_port": port or self.port,
            "ssh_user": self.user,
            "ssh_key": str(self.folder / "user_ed25519"),
            "ssh_known_hosts_file": str(self.known_hosts(port)),
            "ssh_strict_host_key_checking": "yes",
            **more,
        }

    def known_hosts(self, port: int | None = None, *key_types: str) -> Path:
        """Write a known_hosts file with keys of the server."""
        port = port or self.port
        file = self.folder / "-".join(["known_hosts", str(port), *key_types])
        lines = [
            f"[127.0.0.1]:{port} ".encode() + b" ".join(self.public("host", kind).split()[:2]) + b"\n"
            for kind in key_types or KEY_TYPES
        ]
        file.write_bytes(b"".join(lines))
        return file

    def kill_connections(self, port: int) -> None:
        """Kill the processes that serve the connections to a server, and the server."""
        pid = self.processes[port].pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (str(pid), *children):
            os.kill(int(one), signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
            process.wait()


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A real ssh server on this machine's loopback."""
    if not Path(SSHD).exists():
        if os.environ.get("PYINFRA_REQUIRE_REAL_HOSTS") == "1":
            pytest.fail(f"{SSHD} is not installed")
        pytest.skip(f"{SSHD} is not installed")
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "sshd" in getattr(item, "fixturenames", ()):
            item.add_marker("real_hosts")


@pytest.fixture(scope="session")
def ssh_keygen() -> Callable[..., Path]:
    """Makes key pairs: `ssh_keygen(path, type, passphrase, *options)`."""
    return make_key


def make_key(path: Path, key_type: str, passphrase: str = "", *options: str) -> Path:
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    command = ["ssh-keygen", "-q", "-t", key_type, "-N", passphrase, "-C", path.name, "-f", path, *options]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise


class Agent:
    """An ssh agent of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "agent"
        self._process = subprocess.Popen(
            ["ssh-agent", "-D", "-a", self.socket], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        # It says where it listens once it does.
        self._process.stdout.readline()

    def add(self, key: Path) -> None:
        environment = {**os.environ, "SSH_AUTH_SOCK": str(self.socket)}
        subprocess.run(["ssh-add", "-q", key], check=True, env=environment, stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()


@pytest.fixture
def agent(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """An ssh agent that the environment names, without keys."""
    if not shutil.which("ssh-agent"):
        pytest.skip("ssh-agent is not installed")
    made = Agent(tmp_path_factory.mktemp("agent"))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(made.socket))
    yield made
    made.stop()


class ScriptedServer(paramiko.ServerInterface):
    """An ssh server within the test, for what a real one can't be made to do: it takes what it is told to.

    Attributes:
        attempts: what was tried, in order.
    """

    def __init__(self) -> None:
        self.key = paramiko.ECDSAKey.generate()
        self.allowed = ["publickey", "password"]
        self.password = "right"
        self.keys: set[bytes] = set()
        self.prompts: list[list[tuple[str, bool]]] = []
        self.then: dict[str, list[str]] = {}
        self.attempts: list[str] = []
        self.answers: list[list[str]] = []
        self.on_exec: Callable[[paramiko.Channel, bytes], bool] = lambda channel, command: False
        self._asked: list[list[tuple[str, bool]]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(sock)
            transport.add_server_key(self.key)
            self._transports.append(transport)
            with contextlib.suppress(paramiko.SSHException, EOFError):
                transport.start_server(event=threading.Event(), server=self)

    def drop(self) -> None:
        """Close every connection."""
        for transport in self._transports:
            transport.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.drop()

    def data(self, **more: Any) -> dict[str, Any]:
        common = {"ssh_hostname": "127.0.0.1", "ssh_port": self.port, "ssh_user": "someone"}
        return {**common, "ssh_strict_host_key_checking": "accept-new", **more}

    def get_allowed_auths(self, username: str) -> str:
        return ",".join(self.allowed)

    def _result(self, method: str, right: bool) -> int:
        if right and method in self.then:
            self.allowed = self.then.pop(method)
            return paramiko.AUTH_PARTIALLY_SUCCESSFUL
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_auth_none(self, username: str) -> int:
        self.attempts.append("none")
        return paramiko.AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        self.attempts.append("password")
        right = "password" in self.allowed and password == self.password
        return self._result("password", right)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.attempts.append(f"key {key.get_name()}")
        return self._result("publickey", "publickey" in self.allowed and key.asbytes() in self.keys)

    def check_auth_interactive(self, username: str, submethods: str) -> Any:
        self.attempts.append("keyboard-interactive")
        self._asked = list(self.prompts)
        return self._query()

    def _query(self) -> Any:
        query = paramiko.InteractiveQuery("", "")
        for text, echo in self._asked.pop(0):
            query.add_prompt(text, echo)
        return query

    def check_auth_interactive_response(self, responses: list[str]) -> Any:
        self.answers.append(responses)
        if self._asked:
            return self._query()
        return self._result(
            "keyboard-interactive", self.password in [one for said in self.answers for one in said]
        )

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return self.on_exec(channel, command)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """An ssh server within the test."""
    server = ScriptedServer()
    yield server
    server.stop()
