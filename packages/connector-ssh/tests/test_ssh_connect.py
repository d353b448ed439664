"""Ways to a host, and the one line that says where a way ended."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import Config, StringCommand
from pyinfra.api.exceptions import ConnectError, ConnectionLostError, InventoryError
from pyinfra.connectors.ssh import ConnectorData, SSHConnector, connector_data_meta

Make = Callable[..., SSHConnector]


def fail(made: SSHConnector) -> str:
    with pytest.raises(ConnectError) as caught:
        made.connect()
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, ConnectionLostError)
    return str(caught.value)


def works(made: SSHConnector) -> bool:
    made.connect()
    return made.run_shell_command(StringCommand("echo works"))[1].stdout == "works"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that answers no ssh."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as sock:
        yield sock


def says(listener: socket.socket, text: bytes) -> threading.Thread:
    """Have a port say something to the first who connects, and hang up."""

    def serve() -> None:
        peer, _ = listener.accept()
        with peer, contextlib.suppress(OSError):
            peer.sendall(text)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(4096):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def at(listener: socket.socket) -> dict[str, Any]:
    return {
        "ssh_hostname": "127.0.0.1",
        "ssh_port": listener.getsockname()[1],
        "config": Config(CONNECT_TIMEOUT=1),
    }


# -- failures ------------------------------------------------------------


def test_name_lookup(connector: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)

    assert fail(connector(ssh_hostname="nowhere.invalid")) == (
        "name lookup failed: nowhere.invalid has no address (Name or service not known); "
        "check ssh_hostname, ssh_config and DNS"
    )


def test_a_name_that_can_be_none(connector: Make) -> None:
    assert fail(connector(ssh_hostname=f"{'a' * 70}..b")).startswith("name lookup failed:")


def test_refused(connector: Make, listener: socket.socket) -> None:
    data = at(listener)
    listener.close()

    assert fail(connector(**data)) == (
        f"connection refused: 127.0.0.1 port {data['ssh_port']}; is sshd running there, on that port?"
    )


def test_timed_out(connector: Make, listener: socket.socket) -> None:
    # A full backlog is answered by silence, like a firewall that drops.
    waiting = []
    for _ in range(4):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(listener.getsockname())
        waiting.append(sock)
    started = time.monotonic()

    message = fail(connector(**at(listener)))

    for sock in waiting:
        sock.close()
    assert message.startswith("connection timed out: 127.0.0.1 port")
    assert time.monotonic() - started < 9


def test_no_route(connector: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_route(*_: Any) -> None:
        raise OSError(113, "No route to host")

    monkeypatch.setattr(socket.socket, "connect", no_route)

    assert fail(connector(ssh_hostname="127.0.0.1")).startswith("no route to host: 127.0.0.1 port 22; check")


def test_no_greeting(connector: Make, listener: socket.socket) -> None:
    started = time.monotonic()

    message = fail(connector(**at(listener)))

    assert "sent no ssh greeting within 1 s; is it an ssh server's port?" in message
    assert time.monotonic() - started < 9


def test_hung_up(connector: Make, listener: socket.socket) -> None:
    serving = says(listener, b"")

    message = fail(connector(**at(listener)))

    serving.join()
    assert message.startswith("connection closed: 127.0.0.1 port")
    assert "before the ssh greeting; sshd may just be starting, or limit connections" in message


def test_another_protocol(connector: Make, listener: socket.socket) -> None:
    serving = says(listener, b"HTTP/1.1 400 Bad Request\r\n" * 200)

    message = fail(connector(**at(listener)))

    serving.join()
    assert "is not an ssh server's port: it greets with something else" in message


def test_silence_in_the_key_exchange(connector: Make, listener: socket.socket) -> None:
    peers = []

    def serve() -> None:
        peer, _ = listener.accept()
        peers.append(peer)
        peer.sendall(b"SSH-2.0-Frozen\r\n")

    serving = threading.Thread(target=serve)
    serving.start()

    message = fail(connector(**at(listener)))

    serving.join()
    peers[0].close()
    assert "did not finish the key exchange within 1 s" in message


def test_no_common_algorithm(sshd: Any, connector: Make) -> None:
    port = sshd.start("Ciphers chacha20-poly1305@openssh.com")

    assert fail(connector(**sshd.data(port))).startswith(f"no common algorithm with 127.0.0.1 port {port}:")


def test_no_key_accepted(sshd: Any, connector: Make, ssh_keygen: Any, home: Path) -> None:
    key = ssh_keygen(home / "other", "ed25519")

    message = fail(connector(**sshd.data(ssh_key=str(key))))

    assert message == (
        f"login refused: {sshd.user}@127.0.0.1 port {sshd.port}: no key accepted (it takes publickey); "
        f"tried {key}; check ssh_user and ssh_key"
    )


def test_too_many_keys(sshd: Any, connector: Make, ssh_keygen: Any, home: Path, agent: Any) -> None:
    for number in range(4):
        agent.add(ssh_keygen(home / f"key{number}", "ed25519"))
    data = sshd.data(sshd.start("MaxAuthTries 2"))
    del data["ssh_key"]

    message = fail(connector(**data))

    assert "closed the connection after" in message
    assert "servers allow few tries" in message


def test_host_key_changed(sshd: Any, connector: Make, ssh_keygen: Any, home: Path) -> None:
    known = home / "known_hosts"
    public = Path(f"{ssh_keygen(home / 'other', 'ed25519')}.pub").read_text().rsplit(" ", 1)[0]
    known.write_text(f"[127.0.0.1]:{sshd.port} {public}\n")
    before = known.read_bytes()

    for strict in ("accept-new", "yes"):
        message = fail(
            connector(**sshd.data(ssh_known_hosts_file=str(known), ssh_strict_host_key_checking=strict))
        )
        assert message.startswith(
            f"host key changed: [127.0.0.1]:{sshd.port} shows the ssh-ed25519 key SHA256:"
        )
        assert f"{known}:1; nothing was sent" in message
    assert known.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "ssh_strict_host_key_checking",
            "maybe",
            "must be one of accept-new, ask, no, off, yes, not 'maybe'",
        ),
        ("ssh_file_transfer_protocol", "ftp", "must be one of sftp, scp, not 'ftp'"),
        ("ssh_connect_retry_min_delay", 3.0, "must not be negative or above ssh_connect_retry_max_delay"),
        ("ssh_port", 70000, "is not between 1 and 65535"),
        ("ssh_config_file", "/nowhere/config", "the ssh config file /nowhere/config can't be read"),
    ],
)
def test_bad_data(connector: Make, key: str, value: Any, message: str) -> None:
    assert message in fail(connector(**{key: value}))


def test_a_host_that_can_not_be_named() -> None:
    with pytest.raises(InventoryError, match="write @ssh/"):
        list(SSHConnector.make_names_data(""))


def test_make_names_data() -> None:
    assert list(SSHConnector.make_names_data("box")) == [("box", {"ssh_hostname": "box"}, [])]


def test_every_key_is_described() -> None:
    assert set(ConnectorData.__annotations__) == set(connector_data_meta)
    assert all(meta.description for meta in connector_data_meta.values())


# -- trying again ------------------------------------------------------------


def test_it_tries_again_where_that_may_help(
    sshd: Any, connector: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.socket.connect
    refusals = iter([ConnectionRefusedError(111, "refused")] * 2)

    def flaky(sock: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and (error := next(refusals, None)) is not None:
            raise error
        real(sock, address)

    monkeypatch.setattr(socket.socket, "connect", flaky)
    data = sshd.data(ssh_connect_retry_min_delay=0.0, ssh_connect_retry_max_delay=0.01)

    assert "refused" in fail(connector(**data, ssh_connect_retries=0))
    assert works(connector(**data, ssh_connect_retries=1))


def test_it_does_not_try_a_refused_login_again(scripted: Any, connector: Make) -> None:
    fail(connector(**scripted.data(ssh_password="wrong", ssh_connect_retries=5)))

    assert scripted.attempts == ["password"]


# -- ways ------------------------------------------------------------


@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa", "rsa"])
def test_a_host_is_known_by_any_of_its_keys(sshd: Any, connector: Make, key_type: str) -> None:
    known = sshd.known_hosts(sshd.port, key_type)

    assert works(connector(**sshd.data(ssh_known_hosts_file=str(known))))


@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa", "rsa"])
def test_login_with_any_key(sshd: Any, connector: Make, key_type: str) -> None:
    assert works(connector(**sshd.data(ssh_key=str(sshd.folder / f"user_{key_type}"))))


def test_a_new_host_is_remembered_in_the_home_folder(
    sshd: Any, connector: Make, home: Path, caplog: Any
) -> None:
    data = sshd.data()
    del data["ssh_known_hosts_file"], data["ssh_strict_host_key_checking"]

    assert works(connector(**data))
    first = (home / ".ssh" / "known_hosts").read_text()
    assert works(connector(**data))

    assert first.startswith(f"[127.0.0.1]:{sshd.port} ssh-ed25519 ")
    assert (home / ".ssh" / "known_hosts").read_text() == first
    assert caplog.text.count("is new: added to") == 1


def test_all_from_the_configuration(sshd: Any, connector: Make, home: Path) -> None:
    (home / ".ssh" / "more").write_text(
        f"Host box\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  HostKeyAlias alias\n"
        f"  IdentityFile {sshd.folder}/user_%n\n  StrictHostKeyChecking yes\n  UserKnownHostsFile {home}/known\n"
    )
    (home / ".ssh" / "config").write_text("Include more\n")
    (sshd.folder / "user_box").write_bytes((sshd.folder / "user_rsa").read_bytes())
    (home / "known").write_bytes(b"alias " + sshd.public("host", "ecdsa"))

    assert works(connector("box"))


def test_host_data_stands_above_the_configuration(sshd: Any, connector: Make, home: Path) -> None:
    (home / ".ssh" / "config").write_text(
        "User nobody\nPort 1\nStrictHostKeyChecking no\nUserKnownHostsFile /nowhere\n"
    )

    assert works(connector(**sshd.data()))
    assert "host key unknown" in fail(connector(**sshd.data(ssh_known_hosts_file=str(home / "none"))))


def test_proxy_command(sshd: Any, connector: Make, home: Path) -> None:
    program = "import socket,sys,threading,os\ns=socket.create_connection((sys.argv[1],int(sys.argv[2])))\n"
    program += "def up():\n  while d:=os.read(0,65536): s.sendall(d)\n  s.shutdown(1)\n"
    program += "threading.Thread(target=up,daemon=True).start()\nwhile d:=s.recv(65536): os.write(1,d)\n"
    (home / "relay.py").write_text(program)
    (home / ".ssh" / "config").write_text(f"ProxyCommand python3 {home}/relay.py %h %p\n")

    assert works(connector(**sshd.data()))


def test_a_proxy_command_that_fails(sshd: Any, connector: Make, home: Path) -> None:
    (home / ".ssh" / "config").write_text("ProxyCommand sh -c 'echo no way >&2; exit 7'\n")

    assert fail(connector(**sshd.data())) == (
        "proxy failed: sh -c 'echo no way >&2; exit 7': it ended with exit code 7 and said: no way; "
        "check the ProxyCommand"
    )


def hops(sshd: Any, home: Path, text: str) -> None:
    common = f"IdentityFile {sshd.folder}/user_ed25519\nUserKnownHostsFile {home}/known\nUser {sshd.user}\n"
    (home / ".ssh" / "config").write_text(text + common)


def test_proxy_jump_over_several_hosts(sshd: Any, connector: Make, home: Path, caplog: Any) -> None:
    first, second = sshd.start(), sshd.start()
    hops(
        sshd,
        home,
        f"Host target\n  HostName 127.0.0.1\n  Port {sshd.port}\n  ProxyJump one,127.0.0.1:{second}\n"
        f"Host one\n  HostName 127.0.0.1\n  Port {first}\nHost *\n",
    )

    made = connector()
    assert works(made)

    assert len(made._connection.below) == 2  # type: ignore[union-attr]
    assert [line.split()[0] for line in (home / "known").read_text().splitlines()] == [
        f"[127.0.0.1]:{port}" for port in (first, second, sshd.port)
    ]


def test_a_jump_hosts_own_way(sshd: Any, connector: Make, home: Path) -> None:
    first, second = sshd.start(), sshd.start()
    hops(
        sshd,
        home,
        f"Host target\n  HostName 127.0.0.1\n  Port {sshd.port}\n  ProxyJump two\n"
        f"Host two\n  HostName 127.0.0.1\n  Port {second}\n  ProxyJump 127.0.0.1:{first}\nHost *\n",
    )

    made = connector()

    assert works(made)
    assert len(made._connection.below) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("jump", "message"),
    [
        ("gate", "proxy failed: the jump host gate: connection refused:"),
        ("gate:bad:port", "ProxyJump has 'gate:bad:port', which is not [user@]host[:port]"),
        ("target", "leads through more than 10 hosts; does it go round?"),
    ],
)
def test_a_jump_that_fails(sshd: Any, connector: Make, home: Path, jump: str, message: str) -> None:
    hops(
        sshd,
        home,
        "Host gate\n  HostName 127.0.0.1\n  Port 1\n"
        f"Host target\n  ProxyJump {jump}\nHost *\n  HostName 127.0.0.1\n",
    )

    assert message in fail(connector())


def test_a_jump_host_that_does_not_reach_the_host(sshd: Any, connector: Make, home: Path) -> None:
    hops(
        sshd,
        home,
        f"Host target\n  HostName 127.0.0.1\n  Port 1\n  ProxyJump 127.0.0.1:{sshd.port}\nHost *\n",
    )

    assert f"the jump host 127.0.0.1:{sshd.port} makes no connection to 127.0.0.1 port 1" in fail(connector())


def test_a_jump_host_never_gets_the_password(scripted: Any, connector: Make, home: Path) -> None:
    (home / ".ssh" / "config").write_text(f"Host target\n  ProxyJump someone@127.0.0.1:{scripted.port}\n")

    fail(connector(ssh_password="right", ssh_strict_host_key_checking="accept-new"))

    assert scripted.attempts == ["none"]


# -- the connection ------------------------------------------------------------


def test_small_messages_are_not_held_back(sshd: Any, connector: Make) -> None:
    made = connector(**sshd.data())
    made.connect()

    sock = made._connection.transport.sock  # type: ignore[union-attr]

    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_host_that_freezes_is_noticed(sshd: Any, connector: Make, home: Path) -> None:
    (home / ".ssh" / "config").write_text("ServerAliveInterval 1\nServerAliveCountMax 1\n")
    port = sshd.start()
    made = connector(**sshd.data(port))
    made.connect()
    pid = sshd.processes[port].pid
    frozen = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for one in frozen:
        os.kill(one, signal.SIGSTOP)

    try:
        with pytest.raises(ConnectError, match="has not answered for 2 seconds"):
            made.run_shell_command(StringCommand("true"))
    finally:
        for one in frozen:
            os.kill(one, signal.SIGKILL)


def test_a_command_that_is_silent_for_long_is_not_a_dead_host(sshd: Any, connector: Make, home: Path) -> None:
    (home / ".ssh" / "config").write_text("ServerAliveInterval 1\nServerAliveCountMax 1\n")
    made = connector(**sshd.data())
    made.connect()

    assert made.run_shell_command(StringCommand("sleep 4"))[0]


def test_a_run_leaves_no_thread_behind(sshd: Any, connector: Make) -> None:
    def ours() -> set[threading.Thread]:
        return {
            thread for thread in threading.enumerate() if not thread.name.startswith("pyinfra-ssh-watchdog")
        }

    before = ours()
    made = connector(**sshd.data())
    assert works(made)
    made.disconnect()

    for thread in ours() - before:
        thread.join(30)
    assert ours() <= before


def test_many_hosts_behind_one_jump_host(sshd: Any, connector: Make, home: Path) -> None:
    gate = sshd.start("MaxStartups 9:100:9")
    hops(
        sshd,
        home,
        f"Host target*\n  HostName 127.0.0.1\n  Port {sshd.port}\n  ProxyJump 127.0.0.1:{gate}\nHost *\n",
    )
    made = [connector(f"target{number}") for number in range(24)]

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert all(pool.map(works, made))


def test_a_server_that_hangs_up_during_the_login(scripted: Any, connector: Make) -> None:
    scripted.check_auth_password = lambda *_: scripted.drop()

    assert "closed it during the login" in fail(connector(**scripted.data(ssh_password="right")))
