"""Commands and files over a real ssh server."""

from __future__ import annotations

import concurrent.futures
import errno
import gc
import hashlib
import io
import os
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import paramiko
import pytest
from pyinfra.api import HiddenValue, QuoteString, StringCommand
from pyinfra.api.exceptions import ConnectError, ConnectionLostError, PyinfraError
from pyinfra.api.output import set_echo
from pyinfra.connectors._content import FileContent
from pyinfra.connectors.ssh._transport import EARLY_INPUT

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra.connectors.ssh import SSHConnector

BIG = bytes(range(256)) * 20_000


@pytest.fixture
def host(sshd: Any, connector: Callable[..., SSHConnector]) -> SSHConnector:
    made = connector(**sshd.data())
    made.connect()
    return made


def test_output_and_exit_code(host: SSHConnector) -> None:
    status, output = host.run_shell_command(StringCommand("echo out; echo err >&2; printf end; exit 3"))

    assert not status
    assert output.exit_code == 3
    assert output.stdout_lines == ["out", "end"]
    assert output.stderr_lines == ["err"]


def test_success_exit_codes(host: SSHConnector) -> None:
    assert host.run_shell_command(StringCommand("exit 3"), _success_exit_codes=[0, 3])[0]
    assert not host.run_shell_command(StringCommand("true"), _success_exit_codes=[1])[0]


def test_bytes_that_are_no_text_are_kept(host: SSHConnector) -> None:
    _, output = host.run_shell_command(StringCommand(r"printf 'caf\351\000\n'"))

    assert output.stdout.encode("utf-8", "surrogateescape") == b"caf\xe9\0"


def test_output_that_is_held_open_is_waited_for_so_long_and_no_longer(host: SSHConnector) -> None:
    late = StringCommand("(sleep 0.3; echo late; echo error >&2) & echo early")
    _, waited = host.run_shell_command(late, _output_wait=20)
    assert (waited.stdout, waited.stderr) == ("early\nlate", "error")

    status, output = host.run_shell_command(
        StringCommand("sleep 30 & echo $!; head -c 1000000 /dev/zero; exit 3"), _output_wait=0
    )
    assert (status, output.exit_code) == (False, 3)
    pid, zeros = output.stdout_lines
    assert zeros == "\0" * 1_000_000
    assert host.run_shell_command(StringCommand("kill", pid))[0]


def test_what_never_stops_writing_is_not_waited_for(host: SSHConnector) -> None:
    status, _ = host.run_shell_command(StringCommand("yes & exit 0"), _output_wait=0.1)
    assert status


def test_a_timeout_is_kept_where_output_is_waited_for(host: SSHConnector) -> None:
    with pytest.raises(TimeoutError):
        host.run_shell_command(StringCommand("sleep 30"), _output_wait=20, _timeout=0.3)


def test_a_signal_is_a_failure_and_named(host: SSHConnector) -> None:
    status, output = host.run_shell_command(StringCommand("kill -KILL $$"))

    assert not status
    assert output.exit_code is None
    assert output.stderr == "the command was ended by SIGKILL"


@pytest.mark.parametrize("stdin", [b"small", BIG, io.BytesIO(BIG)], ids=["small", "big", "file"])
def test_stdin_arrives_whole(host: SSHConnector, stdin: Any) -> None:
    expected = stdin.getvalue() if isinstance(stdin, io.BytesIO) else stdin

    status, output = host.run_shell_command(StringCommand("wc -c"), _stdin=stdin)

    assert status
    assert int(output.stdout) == len(expected)


@pytest.mark.parametrize("size", [1, 40_000, EARLY_INPUT, EARLY_INPUT + 1])
def test_input_of_any_size_arrives_whole(host: SSHConnector, size: int) -> None:
    """Up to a size it follows the command at once, before the host has offered room for it."""
    content = random.Random(size).randbytes(size)
    _, output = host.run_shell_command(StringCommand("sha1sum"), _stdin=content)  # type: ignore[arg-type]
    assert output.stdout.split()[0] == hashlib.sha1(content).hexdigest()


def is_opened_ahead(host: SSHConnector) -> bool:
    sessions = host._open
    with sessions._changed:
        return sessions._changed.wait_for(lambda: sessions._ahead is not None, timeout=20)


def test_the_next_session_is_opened_while_a_command_runs(host: SSHConnector) -> None:
    for _ in range(3):
        assert host.run_shell_command(StringCommand("true"))[0]
    assert is_opened_ahead(host)


def test_a_connection_that_is_closed_says_nothing_more(
    host: SSHConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host would answer to each session that is closed before it, a round trip that nobody needs."""
    assert host.run_shell_command(StringCommand("true"))[0]
    assert is_opened_ahead(host)
    sent = []
    monkeypatch.setattr(paramiko.Transport, "_send_user_message", lambda _, message: sent.append(message))

    host.disconnect()
    gc.collect()

    assert sent == []


def test_big_stdin_is_sent_in_pieces(host: SSHConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    plain = paramiko.Channel.sendall

    def noted(channel: paramiko.Channel, content: bytes) -> None:
        sizes.append(len(content))
        plain(channel, content)

    monkeypatch.setattr(paramiko.Channel, "sendall", noted)

    assert host.run_shell_command(StringCommand("wc -c"), _stdin=BIG)[1].stdout == str(len(BIG))
    assert sum(sizes) == len(BIG)
    assert max(sizes) <= 65536


def test_without_stdin_a_command_reads_nothing(host: SSHConnector) -> None:
    assert host.run_shell_command(StringCommand("cat"))[1].output == ""


def test_a_command_need_not_read_its_stdin(host: SSHConnector) -> None:
    assert host.run_shell_command(StringCommand("true"), _stdin=BIG)[0]


def test_much_in_and_much_out_at_once(host: SSHConnector) -> None:
    lines = b"0123456789abcdef\n" * 400_000

    _, output = host.run_shell_command(StringCommand("cat; cat /dev/null >&2"), _stdin=lines)

    assert len(output.stdout_lines) == 400_000


def test_output_without_end_is_cut(host: SSHConnector) -> None:
    with pytest.raises(PyinfraError, match="over 64 MiB"):
        host.run_shell_command(StringCommand("cat /dev/zero"))

    assert host.run_shell_command(StringCommand("true"))[0]


def test_timeout(host: SSHConnector) -> None:
    with pytest.raises(TimeoutError):
        host.run_shell_command(StringCommand("exec sleep 60"), _timeout=0.2)

    assert host.run_shell_command(StringCommand("true"))[0]


def test_terminal(host: SSHConnector) -> None:
    _, output = host.run_shell_command(StringCommand("tty; cat; echo done"), _get_pty=True, _stdin="typed")

    assert output.stdout_lines[0].startswith("/dev/")
    assert output.stdout_lines[1:] == ["typed", "done"]


def test_secrets_stay_off_the_command_line(host: SSHConnector) -> None:
    shown: list[str] = []
    set_echo(lambda message, **_: shown.append(str(message)))
    try:
        _, output = host.run_shell_command(
            StringCommand(
                "cat /proc/$PPID/cmdline /proc/$$/cmdline | tr '\\0' ' '; echo", HiddenValue("s3cret-word")
            ),
            print_output=True,
            print_input=True,
        )
    finally:
        set_echo(None)

    assert output.stdout_lines[-1].endswith("s3cret-word")
    assert output.stdout.count("s3cret-word") == 1
    assert "s3cret-word" not in "".join(shown)


def test_more_commands_at_once_than_the_server_allows(
    sshd: Any, connector: Callable[..., SSHConnector]
) -> None:
    port = sshd.start("MaxSessions 2")
    host = connector(**sshd.data(port))
    host.connect()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda n: host.run_shell_command(StringCommand("echo", str(n)))[1].stdout, range(24))
        )

    assert found == [str(n) for n in range(24)]


def test_no_session_at_all_is_an_error(sshd: Any, connector: Callable[..., SSHConnector]) -> None:
    host = connector(**sshd.data(sshd.start("MaxSessions 0")))
    host.connect()

    with pytest.raises(ConnectError, match="check MaxSessions"):
        host.run_shell_command(StringCommand("true"))


def test_a_server_that_dies_leaves_the_outcome_unknown(
    sshd: Any, connector: Callable[..., SSHConnector], tmp_path: Path
) -> None:
    port = sshd.start()
    host = connector(**sshd.data(port))
    host.connect()
    started = tmp_path / "started"
    os.mkfifo(started)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            host.run_shell_command, StringCommand("echo >", QuoteString(started), "; exec sleep 60")
        )
        started.read_text()
        sshd.kill_connections(port)

        with pytest.raises(ConnectionLostError, match="nobody can know"):
            running.result(20)

    with pytest.raises(ConnectError, match="before a command was sent") as caught:
        host.run_shell_command(StringCommand("true"))
    assert not isinstance(caught.value, ConnectionLostError)


def test_disconnecting_ends_what_runs(
    sshd: Any, connector: Callable[..., SSHConnector], tmp_path: Path
) -> None:
    host = connector(**sshd.data())
    host.connect()
    started = tmp_path / "started"
    os.mkfifo(started)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            host.run_shell_command, StringCommand("echo >", QuoteString(started), "; exec sleep 60")
        )
        started.read_text()
        host.disconnect()

        with pytest.raises(ConnectionLostError):
            running.result(20)


def test_it_can_connect_again(host: SSHConnector) -> None:
    host.disconnect()
    with pytest.raises(ConnectError, match="no connection"):
        host.run_shell_command(StringCommand("true"))

    host.connect()

    assert host.run_shell_command(StringCommand("true"))[0]


@pytest.mark.parametrize("protocol", [None, "sftp", "scp"])
@pytest.mark.parametrize("name", ["plain", "with space", "quo'te\"", "-dash", "näme\n2"])
def test_files_go_there_and_back(
    sshd: Any, connector: Callable[..., SSHConnector], tmp_path: Path, protocol: str | None, name: str
) -> None:
    host = connector(**sshd.data(**({"ssh_file_transfer_protocol": protocol} if protocol else {})))
    host.connect()
    there = tmp_path / name
    back = tmp_path / f"back {name}"

    assert host.put_file(io.BytesIO(BIG), str(there))
    assert host.get_file(str(there), str(back))
    got = io.BytesIO()
    assert host.get_file(str(there), got)

    assert there.read_bytes() == back.read_bytes() == got.getvalue() == BIG
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        [name, f"back {name}"]
    )


@pytest.mark.parametrize("protocol", [None, "sftp", "scp"])
def test_a_large_file_is_sent_as_it_is_read(
    sshd: Any,
    connector: Callable[..., SSHConnector],
    tmp_path: Path,
    protocol: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = connector(**sshd.data(**({"ssh_file_transfer_protocol": protocol} if protocol else {})))
    host.connect()
    (tmp_path / "large").write_bytes(BIG)
    sizes = []
    read = FileContent.read

    def noted(content: FileContent, size: int = -1) -> bytes:
        sizes.append(size)
        return read(content, size)

    monkeypatch.setattr(FileContent, "read", noted)

    assert host.put_file(str(tmp_path / "large"), str(tmp_path / "there"))
    assert (tmp_path / "there").read_bytes() == BIG
    assert 0 < min(sizes) <= max(sizes) <= 65536


def test_a_local_file_that_fails_as_it_is_read_leaves_the_old_bytes(
    host: SSHConnector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large").write_bytes(BIG)
    (tmp_path / "there").write_text("old")
    pieces = iter([b"new"])

    def failing(content: FileContent, size: int = -1) -> bytes:
        for piece in pieces:
            return piece
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(FileContent, "read", failing)

    with pytest.raises(PyinfraError, match=r"can't be read on this machine: .*Input/output error"):
        host.put_file(str(tmp_path / "large"), str(tmp_path / "there"))
    assert (tmp_path / "there").read_text() == "old"


@pytest.mark.parametrize("protocol", ["sftp", "scp"])
def test_a_staged_upload_keeps_the_mode_and_leaves_no_file(
    sshd: Any, connector: Callable[..., SSHConnector], tmp_path: Path, protocol: str
) -> None:
    host = connector(**sshd.data(ssh_file_transfer_protocol=protocol))
    host.connect()
    there = tmp_path / "there"
    there.write_text("old")
    there.chmod(0o640)
    staging = tmp_path / "staging"
    staging.mkdir()

    host.put_file(io.StringIO("new"), str(there), _temp_dir=str(staging))

    assert there.read_text() == "new"
    assert there.stat().st_mode & 0o7777 == 0o640
    assert list(staging.iterdir()) == []


@pytest.mark.parametrize("protocol", [None, "sftp", "scp"])
def test_a_file_that_can_not_be_moved_says_why(
    sshd: Any, connector: Callable[..., SSHConnector], tmp_path: Path, protocol: str | None
) -> None:
    host = connector(**sshd.data(**({"ssh_file_transfer_protocol": protocol} if protocol else {})))
    host.connect()
    kept = tmp_path / "kept"
    kept.write_text("kept")

    with pytest.raises(PyinfraError, match=r"could not read .*missing.*No such file"):
        host.get_file(str(tmp_path / "missing"), str(kept))
    with pytest.raises(PyinfraError, match="could not write"):
        host.put_file(io.BytesIO(b"x"), str(tmp_path / "no" / "folder"))
    with pytest.raises(PyinfraError, match="could not write"):
        host.get_file(str(kept), str(tmp_path / "no" / "folder"))

    assert kept.read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["kept"]


def test_a_download_has_the_mode_of_a_new_file(host: SSHConnector, tmp_path: Path) -> None:
    there, here, plain = tmp_path / "there", tmp_path / "here", tmp_path / "plain"
    there.write_text("x")
    plain.touch()

    host.get_file(str(there), str(here))

    assert here.stat().st_mode == plain.stat().st_mode


def test_agent_forwarding(
    sshd: Any, connector: Callable[..., SSHConnector], agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.add(sshd.folder / "user_rsa")
    host = connector(**sshd.data(ssh_forward_agent=True))
    host.connect()
    other = connector(**sshd.data())
    other.connect()

    assert "user_rsa" in host.run_shell_command(StringCommand("ssh-add -l"))[1].stdout
    assert "user_rsa" not in other.run_shell_command(StringCommand("ssh-add -l"))[1].stdout
