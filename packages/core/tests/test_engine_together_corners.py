"""Commands that go together, where something is in their way: they end as if each were run in a call of its own."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from engine_kit import Content, Exists, shells
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.api import (
    BaseStateCallback,
    FileUploadCommand,
    FunctionCommand,
    HiddenValue,
    OperationError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.exceptions import ConnectionLostError, PyinfraError
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_host_op, run_ops
from pyinfra.api.state import Outcome
from pyinfra.connectors.util import CommandOutput, OutputLine
from pyinfra.context import host
from together_kit import Placing, apart, at, called, error, outcome, several


@pytest.fixture
def run(make_run):
    made = make_run(FAIL_PERCENT=100)
    made.state.should_raise_failed_hosts = lambda _: False
    return made


@pytest.fixture
def placing(make_run):
    made = make_run(connector=Placing, FAIL_PERCENT=100)
    made.state.should_raise_failed_hosts = lambda _: False
    return made


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that stand in front of those of this machine."""
    made = tmp_path / "tools"
    made.mkdir()
    monkeypatch.setenv("PATH", f"{made}:{os.environ['PATH']}")
    return made


def program(folder: Path, name: str, text: str) -> None:
    made = folder / name
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)


# Each reads one line, the password, and goes on with what is left of stdin; `-n` must do without.
SUDO = """while :; do case $1 in -p|-u) shift 2;; -*) shift;; *) break;; esac; done
IFS= read -r p; [ "$p" = "a 'b" ] || { echo wrong >&2; exit 1; }; exec "$@" """
SU = """printf 'Password: ' >&2; IFS= read -r p; [ "$p" = "a 'b" ] || { echo wrong >&2; exit 1; }
while [ "$1" != -c ]; do shift; done; exec sh -c "$2" """
DOAS = 'while :; do case $1 in -u) shift 2;; -*) shift;; *) break;; esac; done; exec "$@"'


class TestGlobalArguments:
    @pytest.mark.parametrize(
        "settings",
        [
            {"_sudo": True, "_sudo_password": "a 'b"},
            {"_su_user": "root", "_su_password": "a 'b"},
            {"_doas": True, "_doas_user": "root"},
            {"_sudo": True, "_sudo_password": "a 'b", "_su_user": "root", "_su_password": "a 'b"},
            {"_env": {"A": "it's"}},
            {"_shell_executable": "bash"},
        ],
        ids="+".join,
    )
    def test_with_privileges_they_are_one_call_too(self, run, tools, settings):
        for name, text in (("sudo", SUDO), ("su", SU), ("doas", DOAS)):
            program(tools, name, text)
        result = called(run, several, "echo one; cat", "echo $A; echo e >&2", "echo three", **settings)
        assert result.stdout_lines == ["one", "it's" if "_env" in settings else "", "three"]
        assert (result.stderr_lines, len(run.calls)) == (["e"], 1)

    def test_a_wrong_password_runs_nothing(self, run, tools, folder: Path):
        program(tools, "sudo", SUDO)
        called(run, several, f"touch {at(folder, 'a')}", "true", _sudo=True, _sudo_password="no")
        assert (outcome(run), list(folder.iterdir())) == ([Outcome.FAILED], [])
        assert error(run).endswith("wrong")

    def test_a_folder_that_is_made_anew_is_entered_anew(self, run, folder: Path):
        here = folder / "-x"
        here.mkdir()
        again = f"cd / && rm -r {at(folder, '-x')} && mkdir {at(folder, '-x')}"
        result = called(run, several, again, "touch a && pwd", _chdir=str(here))
        assert result.stdout_lines == [str(here)]
        assert [path.name for path in here.iterdir()] == ["a"]

    def test_a_folder_that_is_not_there_fails_the_first(self, run, folder: Path):
        called(run, several, f"touch {at(folder, 'a')}", "true", _chdir=str(folder / "no"))
        assert (outcome(run), list(folder.iterdir())) == ([Outcome.FAILED], [])

    def test_uploads_are_placed_from_the_folder(self, placing, folder: Path):
        called(placing, several, FileUploadCommand(StringIO("a"), "x"), "cp x y", _chdir=str(folder))
        assert sorted(path.name for path in folder.iterdir()) == ["x", "y"]

    def test_success_codes_of_one_command(self, run):
        codes = StringCommand("echo a; exit 3", _success_exit_codes=[3])
        result = called(
            run, several, codes, "echo b", StringCommand("exit 0", _success_exit_codes=[1]), "echo c"
        )
        assert (result.stdout_lines, error(run)) == (["a", "b"], "command failed (exit code 0)")

    def test_stdin_of_one_command(self, run):
        result = called(run, several, "cat", StringCommand("cat", _stdin="mine"), "cat")
        assert result.stdout_lines == ["mine"]

    def test_failures_that_are_ignored(self, run):
        called(run, several, "echo a", "exit 3", "echo b", _ignore_errors=True)
        called(run, several, "true")
        assert outcome(run) == [Outcome.FAILED, Outcome.CHANGED]
        assert run.state.results[run.host].ignored_error_ops == 1

    def test_retry_until_is_told_of_all_commands(self, run):
        told = []

        def until(output):
            told.append((output["stdout_lines"], output["executed_commands"], output["commands"]))
            return len(told) < 2

        result = called(run, several, "echo a", "echo b", _retries=3, _retry_delay=0, _retry_until=until)
        assert told == [(["a", "b"], 2, ["echo a", "echo b"])] * 2
        assert result.retry_attempts == 1

    def test_run_once_and_serial(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        log = at(folder, "log")
        add_op(run.state, several, f"echo a >>{log}", f"echo b >>{log}", _run_once=True)
        add_op(run.state, several, f"echo c >>{log}", f"echo d >>{log}", _serial=True)
        run_ops(run.state)
        assert (folder / "log").read_text().split() == list("abcdcd")

    @pytest.mark.parametrize("way", [{"serial": True}, {"no_wait": True}])
    def test_other_ways_to_run(self, make_run, folder: Path, way):
        run = make_run(["h1", "h2"])
        for _ in range(2):
            add_op(run.state, several, f"echo a >>{at(folder, 'log')}", "true")
        run_ops(run.state, **way)
        assert (folder / "log").read_text() == "a\n" * 4

    def test_one_operation_run_by_itself(self, run, folder: Path):
        seen = []

        @operation(together=True)
        def writes():
            yield f"echo a >{at(folder, 'x')}"
            seen.append(host.get_fact(Content, path=folder / "x"))
            yield "true"

        result = add_op(run.state, writes)[run.host]
        assert run_host_op(run.state, run.host, result._hash)
        assert seen[-1] == ["a"]


def test_an_interrupt_ends_all_of_them(run, folder: Path):
    os.mkfifo(folder / "never")
    blocks = f"kill -INT {os.getpid()}; cat {at(folder, 'never')}"
    add_op(run.state, several, "true", blocks, f"touch {at(folder, 'x')}")
    with pytest.raises(KeyboardInterrupt):
        run_ops(run.state)
    run.engine.abandon()
    assert (outcome(run), [path.name for path in folder.iterdir()]) == ([None], ["never"])


class Watching(BaseStateCallback):
    def __init__(self):
        self.told = []

    def operation_host_start(self, state, host, op_hash):
        self.told.append("start")

    def operation_host_success(self, state, host, op_hash, retry_count=0):
        self.told.append(state.ops[host][op_hash].operation_meta.stdout)

    def operation_host_error(self, state, host, op_hash, retry_count=0, max_retries=0):
        self.told.append(state.ops[host][op_hash].operation_meta.stdout)


class TestWhoFollows:
    def test_a_callback_is_told_once_with_all_output(self, run):
        watching = Watching()
        run.state.add_callback_handler(watching)
        called(run, several, "echo a", "echo b")
        called(run, several, "echo c", "exit 1", "echo d")
        assert watching.told == ["start", "a\nb", "start", "c"]

    def test_a_secret_is_masked_in_what_is_told(self, run):
        secret = HiddenValue("hunter2hunter2")
        commands = ["true", StringCommand("printf %s", QuoteString(secret), ">&2; exit 1")]
        result = called(run, several, *commands, _ignore_errors=True)
        again = called(run, apart, *commands, _ignore_errors=True)
        first, second = (data.error for data in run.state.ops[run.host].values())
        assert first == second
        assert [str(command) for command in result._commands] == [str(command) for command in again._commands]
        assert "hunter2" not in "".join(text for _, text in run.calls if text.startswith("sh"))


class TestBetween:
    def test_a_function_sees_what_was_done_and_is_seen(self, run, folder: Path):
        seen = []

        def between():
            seen.extend(host.get_fact(Content, path=folder / "x"))
            seen.append(threading.current_thread() is not threading.main_thread())
            (folder / "y").write_text("b")

        result = called(
            run,
            several,
            f"echo a >{at(folder, 'x')}",
            FunctionCommand(between, (), {}),
            f"cat {at(folder, 'y')}",
            "true",
        )
        assert (seen, result.stdout, len(result._commands)) == (["a", True], "b", 4)

    def test_a_function_is_not_called_behind_a_failure(self, run):
        seen = []
        called(run, several, "exit 3", FunctionCommand(lambda: seen.append(1), (), {}), "true")
        assert (seen, error(run)) == ([], "command failed (exit code 3)")

    def test_a_nested_operation_that_asks(self, run, folder: Path):
        @operation(together=True)
        def inner():
            if not host.get_fact(Exists, path=folder / "x"):
                yield "echo made"

        @operation(is_idempotent=False, together=True)
        def outer():
            yield from inner._inner()
            yield f"touch {at(folder, 'x')}"
            yield from inner._inner()
            yield f"rm {at(folder, 'x')}"
            yield from inner._inner()

        result = called(run, outer)
        assert (result.stdout_lines, len(result._commands)) == (["made", "made"], 4)

    def test_nothing_is_left_for_the_next_operation(self, run, folder: Path):
        @operation(is_idempotent=False, together=True)
        def fails():
            yield f"echo a >>{at(folder, 'x')}"
            raise OperationError("no")

        called(run, fails, _ignore_errors=True)
        called(run, several, "true", "true")
        assert (folder / "x").read_text() == "a\n"


class TestSwallowed:
    """What goes wrong as an operation looks at the host is no matter of the operation's."""

    @staticmethod
    def stubborn(command, folder):
        @operation(is_idempotent=False, together=True)
        def swallows():
            yield command
            with suppress(PyinfraError):
                host.get_fact(Exists, path=folder)
            yield f"touch {at(folder, 'y')}"

        return swallows

    def test_a_lost_connection(self, run, folder: Path, monkeypatch):
        def lost(*args, **arguments):
            raise ConnectionLostError("gone")

        result = add_op(run.state, self.stubborn("true", folder))[run.host]
        monkeypatch.setattr(type(run.host.connector), "run_shell_command", lost)
        run_ops(run.state)
        assert (outcome(run), error(run)) == ([Outcome.UNKNOWN], "gone")
        assert len(result._commands) == 1

    def test_an_upload(self, placing, folder: Path):
        called(placing, self.stubborn(FileUploadCommand(StringIO("a"), str(folder / "no" / "x")), folder))
        assert (outcome(placing), list(folder.iterdir())) == ([Outcome.FAILED], [])
        assert error(placing).startswith("could not write")


class TestOutput:
    """What the connector gives back, whatever it makes of the streams."""

    @pytest.mark.parametrize("merged", ["stdout", "stderr"])
    def test_streams_that_came_back_as_one(self, run, folder: Path, monkeypatch, merged):
        real = type(run.host.connector).run_shell_command

        def as_one(*args, **arguments):
            done, output = real(*args, **arguments)
            lines = [OutputLine(merged, line.line) for line in output.combined_lines]
            return done, CommandOutput(lines, output.exit_code)

        monkeypatch.setattr(type(run.host.connector), "run_shell_command", as_one)
        first = [f"echo {name} >>{at(folder, 'x')}" for name in "ab"]
        called(run, several, *first, _ignore_errors=True)
        assert (folder / "x").read_text() == "a\nb\n"
        assert "not known" in error(run)
        called(run, several, f"echo c >>{at(folder, 'x')}", f"echo d >>{at(folder, 'x')}")
        assert (folder / "x").read_text() == "a\nb\nc\nd\n"
        assert outcome(run) == [Outcome.FAILED, Outcome.CHANGED]

    def test_lines_are_those_of_commands_that_go_alone(self, run):
        odd = [
            r"printf 'a\rb\r\n\014c\013\035d\n\342\200\250e\302\205\n\n'",
            r"printf '\033[1mx\n\000y'",
            "printf '\n'",
        ]
        assert called(run, several, *odd).stdout_lines == called(run, apart, *odd).stdout_lines

    def test_much_output(self, run):
        result = called(run, several, "yes 0123456789 | head -n 200000", "echo end")
        assert (len(result.stdout_lines), result.stdout_lines[-1]) == (200_001, "end")


class TestLengths:
    @pytest.mark.parametrize("shell", shells(), ids=" ".join)
    def test_a_command_longer_than_an_argument_may_be(self, run, shell):
        text = "x'y " * 60_000
        long = StringCommand("printf %s", QuoteString(text), "| wc -c")
        result = called(run, several, "echo a", long, "echo b", _shell_executable=" ".join(shell))
        assert [line.strip() for line in result.stdout_lines] == ["a", str(len(text)), "b"]
        assert len(run.calls) == 1

    def test_many_commands(self, run):
        result = called(run, several, *(f"echo {number}" for number in range(300)))
        assert result.stdout_lines == [str(number) for number in range(300)]
        assert len(run.calls) == 1


SHELLS = [*shells(), *([["mksh"]] if shutil.which("mksh") else [])]


class TestUploads:
    @pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
    def test_any_text(self, make_run, folder: Path, shell):
        @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
        @given(st.text(st.characters(exclude_categories=["Cs"])) | st.binary())
        def check(content):
            run = make_run(connector=Placing)
            source = StringIO(content, newline="") if isinstance(content, str) else BytesIO(content)
            called(
                run,
                several,
                FileUploadCommand(source, str(folder / "x")),
                f"cp {at(folder, 'x')} {at(folder, 'y')}",
                _shell_executable=" ".join(shell),
            )
            sent = content.encode() if isinstance(content, str) else content
            assert (folder / "y").read_bytes() == sent

        check()

    @pytest.mark.parametrize("content", ["", "a\0b", "a\r\nb\r", "\ufeffa", "a" * 32_768, "é" * 16_385])
    def test_corners(self, placing, folder: Path, content):
        called(placing, several, FileUploadCommand(StringIO(content, newline=""), str(folder / "x")), "true")
        assert (outcome(placing), (folder / "x").read_bytes()) == ([Outcome.CHANGED], content.encode())

    def test_a_source_that_was_read_before(self, placing, folder: Path):
        source = StringIO("all of it")
        source.read(4)
        one, other = (FileUploadCommand(source, str(folder / name)) for name in "xy")
        called(placing, several, one, other, f"test -e {at(folder, 'z')}", _retries=1, _retry_delay=0)
        assert {path.read_text() for path in folder.iterdir()} == {"all of it"}

    def test_each_shell_has_a_printf_of_its_own(self, make_run, tools, folder: Path):
        if shutil.which("mksh") is None:
            pytest.skip("needs mksh, in which printf is a program: its arguments are everybody's")
        program(tools, "printf", f'echo "$@" >>{at(folder, "told")}; exec /usr/bin/printf "$@"')
        program(tools, "sh", 'exec mksh "$@"')
        run = make_run(connector=Placing)
        text = "-n a\\nsecret 'b'\n\n"
        called(run, several, FileUploadCommand(StringIO(text), str(folder / "x")), "true")
        assert (folder / "x").read_text() == text
        told = (folder / "told").read_text() if (folder / "told").exists() else ""
        assert "secret" not in told
