"""The connector on a whole host: other users, privileges, passwords, and what becomes of it when it goes away."""

from __future__ import annotations

import concurrent.futures
import io
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from pyinfra.api import StringCommand
from pyinfra.api.exceptions import ConnectError, ConnectionLostError, PyinfraError
from pyinfra_testkit.hosts import PASSWORDS

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra.connectors.ssh import SSHConnector
    from pyinfra_testkit.hosts import RealHost

Make = Callable[..., "SSHConnector"]

BIG = bytes(range(256)) * 20_000


@pytest.fixture(scope="module")
def shared_host(real_hosts: Any) -> RealHost:
    """A host on which nothing was changed yet."""
    (host,) = real_hosts(1, reset=True)
    return host


@pytest.fixture
def lab_host(shared_host: RealHost) -> Iterator[RealHost]:
    """A host that tests share: they leave it as it was."""
    yield shared_host
    shared_host.recover()


@pytest.mark.parametrize("user", ["root", "deploy", "ask"])
def test_users_log_in_by_key(lab_host: RealHost, connector: Make, user: str) -> None:
    made = connector(**lab_host.ssh_data(user))
    made.connect()

    assert made.run_shell_command(StringCommand("id -un"))[1].stdout == user


@pytest.mark.parametrize("user", ["deploy", "ask"])
def test_users_log_in_by_password(lab_host: RealHost, connector: Make, user: str) -> None:
    made = connector(**lab_host.ssh_data(user, password=True))
    made.connect()

    assert made.run_shell_command(StringCommand("id -un"))[1].stdout == user


def test_a_password_where_the_host_takes_none(lab_host: RealHost, connector: Make) -> None:
    with pytest.raises(ConnectError, match="login refused: root@") as caught:
        connector(**lab_host.ssh_data("root", password=True)).connect()

    assert PASSWORDS["root"] not in str(caught.value)


PRIVILEGES: dict[str, tuple[str, dict[str, Any]]] = {
    "sudo": ("deploy", {"_sudo": True}),
    "sudo, not asked": ("deploy", {"_sudo": True, "_sudo_password": PASSWORDS["deploy"]}),
    "sudo, asked": ("ask", {"_sudo": True, "_sudo_password": PASSWORDS["ask"]}),
    "su": ("ask", {"_su_user": "root", "_su_password": PASSWORDS["root"]}),
    "su -": ("ask", {"_su_user": "root", "_use_su_login": True, "_su_password": PASSWORDS["root"]}),
}


@pytest.mark.parametrize("name", PRIVILEGES)
@pytest.mark.parametrize("protocol", [None, "sftp", "scp"])
def test_commands_and_files_with_privileges(
    lab_host: RealHost, connector: Make, tmp_path: Path, name: str, protocol: str | None
) -> None:
    user, arguments = PRIVILEGES[name]
    more = {"ssh_file_transfer_protocol": protocol} if protocol else {}
    made = connector(**lab_host.ssh_data(user), **more)
    made.connect()
    back = io.BytesIO()

    assert made.run_shell_command(StringCommand("id -un; cat"), _stdin="input", **arguments)[
        1
    ].stdout_lines == [
        "root",
        "input",
    ]
    made.put_file(io.BytesIO(BIG), "/root/a file", **arguments)
    made.get_file("/root/a file", back, **arguments)

    assert (lab_host.root / "root/a file").read_bytes() == back.getvalue() == BIG
    assert (lab_host.root / "root/a file").stat().st_uid == 0
    lab_host.exec("rm", "/root/a file")
    assert lab_host.exec("sh", "-c", "ls -A /tmp | grep pyinfra").stdout == ""


@pytest.mark.parametrize("name", PRIVILEGES)
def test_no_password_in_any_process_list(lab_host: RealHost, connector: Make, name: str) -> None:
    user, arguments = PRIVILEGES[name]
    made = connector(**lab_host.ssh_data(user))
    made.connect()

    _, output = made.run_shell_command(
        StringCommand("cat /proc/*/cmdline /proc/*/environ 2>/dev/null | tr '\\0' '\\n'"), **arguments
    )

    assert "sshd" in output.stdout
    assert not [password for password in PASSWORDS.values() if password in output.stdout]


def test_a_wrong_sudo_password_fails_and_runs_nothing(lab_host: RealHost, connector: Make) -> None:
    made = connector(**lab_host.ssh_data("ask"))
    made.connect()

    status, output = made.run_shell_command(
        StringCommand("touch /root/ran"), _sudo=True, _sudo_password="not-the-one", _timeout=30
    )

    assert not status
    assert "not-the-one" not in output.output
    assert not (lab_host.root / "root/ran").exists()


def test_a_timeout_ends_the_command(lab_host: RealHost, connector: Make) -> None:
    made = connector(**lab_host.ssh_data("deploy"))
    made.connect()

    with pytest.raises(TimeoutError):
        made.run_shell_command(StringCommand("exec sleep 4567"), _timeout=0.5)

    wait_until(lambda: lab_host.exec("pgrep", "-f", "sleep 4567").returncode)


def test_a_daemon_does_not_hold_up_its_command(lab_host: RealHost, connector: Make) -> None:
    made = connector(**lab_host.ssh_data())
    made.connect()

    _, output = made.run_shell_command(
        StringCommand("sleep 4568 >/dev/null 2>&1 </dev/null & echo started"), _timeout=20
    )

    assert output.stdout == "started"
    lab_host.exec("pkill", "-f", "sleep 4568")


@pytest.fixture
def impatient(home: Path) -> None:
    """Have a host count as gone after three seconds of silence."""
    (home / ".ssh" / "config").write_text("ServerAliveInterval 1\nServerAliveCountMax 2\n")


def assert_noticed(host: RealHost, made: SSHConnector, how: str) -> float:
    host.exec("rm", "-f", "/run/began")
    made.connect()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(made.run_shell_command, StringCommand("echo >/run/began; exec sleep 600"))
        wait_until((host.root / "run/began").exists)
        started = time.monotonic()
        getattr(host, how)()

        with pytest.raises(ConnectionLostError, match="nobody can know whether it was done"):
            running.result(90)
    return time.monotonic() - started


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline


@pytest.mark.slow
def test_a_host_that_goes_away_is_noticed_within_a_minute(lab_host: RealHost, connector: Make) -> None:
    assert assert_noticed(lab_host, connector(**lab_host.ssh_data()), "cut") < 60


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("how", ["cut", "freeze"])
def test_a_host_that_goes_away_is_noticed(lab_host: RealHost, connector: Make, how: str) -> None:
    assert assert_noticed(lab_host, connector(**lab_host.ssh_data()), how) < 30


@pytest.mark.parametrize("how", ["cut", "freeze"])
def test_a_host_that_is_away_from_the_start(lab_host: RealHost, connector: Make, how: str) -> None:
    made = connector(**lab_host.ssh_data())
    made.state.config.CONNECT_TIMEOUT = 2
    getattr(lab_host, how)()
    started = time.monotonic()

    with pytest.raises(ConnectError, match="timed out:"):
        made.connect()

    assert time.monotonic() - started < 10


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("protocol", [None, "sftp", "scp"])
def test_an_upload_that_is_cut_off_leaves_the_old_file(
    lab_host: RealHost, connector: Make, protocol: str | None
) -> None:
    made = connector(**lab_host.ssh_data(), **({"ssh_file_transfer_protocol": protocol} if protocol else {}))
    made.connect()
    lab_host.exec("sh", "-c", "echo old >/root/kept")
    content = b"new" * 20_000_000
    folder = lab_host.root / ("tmp" if protocol else "root")

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        uploading = pool.submit(made.put_file, io.BytesIO(content), "/root/kept")
        wait_until(lambda: uploading.done() or [*folder.glob("*pyinfra-*")])
        lab_host.freeze()
        with pytest.raises(PyinfraError):
            uploading.result(90)

    lab_host.recover()
    assert (lab_host.root / "root/kept").read_text() == "old\n"


def test_through_a_jump_host(real_hosts: Any, connector: Make, home: Path) -> None:
    first, second = real_hosts(2)
    (home / ".ssh" / "config").write_text(
        f"Host second\n  HostName {second.address}\n  ProxyJump deploy@{first.address}\n"
        f"Host *\n  IdentityFile {first.key}\n  UserKnownHostsFile {first.known_hosts}\n"
    )
    made = connector("second", ssh_user="root", ssh_strict_host_key_checking="yes")
    made.connect()

    _, output = made.run_shell_command(StringCommand("hostname; echo $SSH_CONNECTION"))

    assert output.stdout_lines[0] == second.name
    assert output.stdout_lines[1].startswith(first.address)
