"""This machine, as a host."""

from __future__ import annotations

import os
import threading
from io import BytesIO
from pathlib import Path

import pytest
from pyinfra.api import Config, HiddenValue, Inventory, MaskString, QuoteString, State, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.output import set_echo
from pyinfra.connectors import _process
from pyinfra.connectors.local import LocalConnector


@pytest.fixture
def connector():
    state = State(Inventory((["@local"], {})), Config())
    return next(iter(state.inventory)).connector


@pytest.fixture
def shown():
    lines: list[str] = []
    set_echo(lambda line, **_: lines.append(line))
    yield lines
    set_echo(None)


def out(connector, *bits, **arguments):
    done, output = connector.run_shell_command(StringCommand(*bits), **arguments)
    assert done, output.output
    return output.stdout


class TestCommands:
    def test_it_is_the_connector_of_local(self, connector):
        assert isinstance(connector, LocalConnector)
        assert (connector.handles_execution, connector.handles_batches) == (True, True)

    def test_folder_environment_and_input(self, connector, folder: Path):
        text = out(
            connector,
            'pwd; echo "$A"; cat',
            _chdir=str(folder),
            _env={"A": "b'c\nd", "HOME": "/h"},
            _stdin=["one", "two"],
        )
        assert text == f"{folder}\nb'c\nd\none\ntwo"

    def test_a_folder_that_starts_with_a_dash(self, connector, folder: Path, monkeypatch):
        (folder / "-P").mkdir()
        monkeypatch.chdir(folder)
        assert out(connector, "pwd", _chdir="-P") == str(folder / "-P")

    @pytest.mark.parametrize(
        ("command", "codes", "done"),
        [("exit 0", None, True), ("exit 3", None, False), ("exit 3", [0, 3], True), ("exit 0", [3], False)],
    )
    def test_success_is_what_was_said(self, connector, command, codes, done):
        told, output = connector.run_shell_command(StringCommand(command), _success_exit_codes=codes)
        assert told is done
        assert output.exit_code == int(command.split()[1])

    def test_a_command_longer_than_an_argument_may_be(self, connector):
        text = "x'y\n" * 50_000
        assert out(connector, "printf %s", QuoteString(text), "| wc -c").strip() == str(len(text))
        assert out(connector, "printf %s", QuoteString(text), "; cat", _stdin="end") == text + "end"

    @pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
    def test_bytes_that_are_no_utf_8_pass_through(self, connector, shell):
        word = "caf\udce9 \udcff\udc81 ā"
        assert out(connector, "printf %s", QuoteString(word), _shell_executable=shell) == word
        assert out(connector, "printf %s", QuoteString(MaskString(word)), _shell_executable=shell) == word


class TestTerminals:
    def test_a_command_has_one_when_asked(self, connector):
        command = "tty; tty </dev/tty; cat; echo wrong >&2; exit 3"
        status, output = connector.run_shell_command(StringCommand(command), _get_pty=True, _stdin="typed")

        assert not status
        assert output.stdout_lines[0].startswith("/dev/")
        assert output.stdout_lines[1:] == ["/dev/tty", "typed", "wrong"]

    def test_input_ends_where_there_is_none(self, connector):
        _, output = connector.run_shell_command(StringCommand("cat; echo done"), _get_pty=True, _timeout=20)

        assert output.stdout_lines == ["done"]

    def test_a_timeout_ends_it(self, connector):
        with pytest.raises(TimeoutError):
            connector.run_shell_command(StringCommand("exec sleep 60"), _get_pty=True, _timeout=0.2)

    def test_much_is_printed_whole(self, connector):
        command = StringCommand("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i + 1)); done")
        _, output = connector.run_shell_command(command, _get_pty=True)

        assert output.stdout_lines == [f"line {number}" for number in range(20000)]


class TestSecrets:
    def test_stay_off_the_command_lines_of_a_running_command(self, connector, folder: Path):
        """Every process that runs while the command does, seen from outside it."""
        started, go_on = folder / "started", folder / "go on"
        os.mkfifo(started)
        os.mkfifo(go_on)
        lines: list[bytes] = []

        def look() -> None:
            started.read_bytes()
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    lines.append((process / "cmdline").read_bytes())
                except OSError:
                    continue
            go_on.write_bytes(b"\n")

        watcher = threading.Thread(target=look)
        watcher.start()
        text = out(
            connector,
            "echo >", QuoteString(started), "; read x <", QuoteString(go_on),
            "; printf '%s|' \"$X\" \"$Y\"", QuoteString(MaskString("canary-l1 'word'")), f"-p{MaskString('canary-l2')}",
            _env={"X": HiddenValue("canary-l3"), "Y": f"y={MaskString('canary-l4')}"},
            _timeout=60,
        )  # fmt: skip
        watcher.join()
        assert text == "canary-l3|y=canary-l4|canary-l1 'word'|-pcanary-l2|"
        assert len(lines) > 1
        assert [line for line in lines if b"canary-l" in line] == []

    def test_stay_out_of_what_is_shown(self, connector, shown):
        connector.run_shell_command(
            StringCommand("echo", QuoteString(MaskString("canary-s1 'q'"))),
            print_output=True,
            print_input=True,
            _env={"X": HiddenValue("canary-s2")},
        )
        assert len(shown) == 2
        assert shown[0].startswith("[@local] >>> sh -c ")
        assert shown[1] == "[@local] *MASKED*"
        assert "canary" not in "".join(shown)


class TestDownloads:
    def test_to_a_path_or_an_io(self, connector, folder: Path):
        content = os.urandom(100_000)
        (folder / "src").write_bytes(content)
        into = BytesIO()
        assert connector.get_file(str(folder / "src"), into)
        assert connector.get_file(str(folder / "src"), str(folder / "dest"))
        assert into.getvalue() == (folder / "dest").read_bytes() == content
        assert sorted(os.listdir(folder)) == ["dest", "src"]

    @pytest.mark.parametrize("name", ["-", "-n", "a b", "it's", "new\nline", "$(id)", "grün"])
    def test_of_any_name(self, connector, folder: Path, name, monkeypatch):
        monkeypatch.chdir(folder)
        Path(name).write_bytes(b"x")
        into = BytesIO()
        connector.get_file(name, into)
        assert into.getvalue() == b"x"

    def test_what_can_not_be_read_leaves_the_local_file(self, connector, folder: Path):
        (folder / "dest").write_text("old")
        with pytest.raises(PyinfraError, match=r"could not read .*none: .*No such file"):
            connector.get_file(str(folder / "none"), str(folder / "dest"))
        assert (folder / "dest").read_text() == "old"
        assert os.listdir(folder) == ["dest"]

    def test_mode_and_link_of_the_local_file_are_kept(self, connector, folder: Path):
        (folder / "src").write_text("new")
        (folder / "dest").write_text("old")
        (folder / "dest").chmod(0o600)
        (folder / "link").symlink_to("dest")
        connector.get_file(str(folder / "src"), str(folder / "link"))
        assert (folder / "link").is_symlink()
        assert ((folder / "dest").read_text(), (folder / "dest").stat().st_mode & 0o777) == ("new", 0o600)

    @pytest.mark.parametrize("dest", ["none/dest", "folder"])
    def test_what_can_not_be_written_is_said(self, connector, folder: Path, dest):
        (folder / "src").write_text("new")
        (folder / "folder").mkdir()
        with pytest.raises(PyinfraError, match=f"could not write .*{dest}: "):
            connector.get_file(str(folder / "src"), str(folder / dest))


def test_a_source_that_is_not_there_is_said(connector, folder: Path):
    with pytest.raises(PyinfraError, match=r"could not read .*none on this machine: No such file"):
        connector.put_file(str(folder / "none"), str(folder / "dest"))
    assert os.listdir(folder) == []


def test_disconnecting_ends_what_still_runs(connector, folder: Path):
    os.mkfifo(folder / "started")
    results: list[tuple[bool, object]] = []
    command = StringCommand("echo >", QuoteString(folder / "started"), "; sleep 60; sleep 60")
    thread = threading.Thread(target=lambda: results.append(connector.run_shell_command(command)))
    thread.start()
    (folder / "started").read_bytes()
    connector.disconnect()
    thread.join(60)
    assert [done for done, _ in results] == [False]


def test_disconnecting_ends_what_has_only_just_begun(connector, monkeypatch):
    start = _process._start

    def begun_as_the_connection_ends(command: str, reads: bool):
        process = start(command, reads)
        connector.disconnect()
        return process

    monkeypatch.setattr(_process, "_start", begun_as_the_connection_ends)
    assert not connector.run_shell_command(StringCommand("sleep 60; sleep 60"), _timeout=20)[0]


def test_disconnecting_ends_a_download(connector, folder: Path):
    os.mkfifo(folder / "endless")
    (folder / "dest").write_text("old")
    errors: list[str] = []

    def download() -> None:
        try:
            connector.get_file(str(folder / "endless"), str(folder / "dest"))
        except PyinfraError as error:
            errors.append(str(error))

    thread = threading.Thread(target=download)
    thread.start()
    with (folder / "endless").open("wb"):
        connector.disconnect()
        thread.join(60)
    assert len(errors) == 1
    assert (folder / "dest").read_text() == "old"


class TestTimeouts:
    def test_of_a_command(self, connector):
        with pytest.raises(TimeoutError):
            connector.run_shell_command(StringCommand("sleep 60; true"), _timeout=0.1)

    def test_of_transfers_leave_the_file_that_was_there(self, connector, folder: Path):
        os.mkfifo(folder / "endless")
        (folder / "dest").write_text("old")
        with pytest.raises(TimeoutError):
            connector.get_file(str(folder / "endless"), str(folder / "dest"), _timeout=0.1)
        with pytest.raises(TimeoutError):
            connector.put_file(BytesIO(b"new"), str(folder / "dest"), _timeout=0.0)
        assert (folder / "dest").read_text() == "old"


class TestRsync:
    def test_without_the_program_it_is_said(self, connector, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(PyinfraError, match="rsync is not installed on this machine"):
            connector.check_can_rsync()

    def test_everything_is_quoted(self, connector, folder: Path, monkeypatch):
        tools = folder / "tools"
        tools.mkdir()
        (tools / "rsync").write_text(
            '#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done >../said\nexit $FAIL\n'
        )
        (tools / "rsync").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
        arguments = {"_chdir": str(tools), "_env": {"FAIL": 0}}
        assert connector.rsync("a b", "it's", ["-a", "--exclude=*"], **arguments)
        assert (folder / "said").read_text() == "<-a>\n<--exclude=*>\n<a b>\n<it's>\n"
        with pytest.raises(PyinfraError, match="rsync failed"):
            connector.rsync("a", "b", [], **{**arguments, "_env": {"FAIL": 1}})
