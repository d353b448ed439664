"""Commands of an operation that are run in one call: as if each were run in one of its own."""

from __future__ import annotations

from io import BytesIO, StringIO
from pathlib import Path

import pytest
from engine_kit import Content, Exists, shells, touch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.api import FileUploadCommand, OperationError, QuoteString, StringCommand, operation
from pyinfra.api.exceptions import ConnectionLostError
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.api.state import Outcome
from pyinfra.context import host
from together_kit import Placing, apart, at, called, error, outcome, several


class There(Exists):
    side_effect_free = True


@operation(together=True)
def touch_together(path):
    if not host.get_fact(There, path=path):
        yield StringCommand("touch", QuoteString(path))


@pytest.fixture
def run(make_run):
    made = make_run(FAIL_PERCENT=100)
    made.state.should_raise_failed_hosts = lambda _: False
    return made


class Twice(StringCommand):
    """A command with a way of its own to be run."""

    def execute(self, state, host, connector_arguments):
        super().execute(state, host, connector_arguments)
        return super().execute(state, host, connector_arguments)


class Done(StringCommand):
    """A command of which nothing is left to be run."""

    def as_run(self):
        return StringCommand()


class TestOneCall:
    @pytest.mark.parametrize("calls", [several, apart])
    def test_what_is_done_is_told_and_not_run(self, run, calls):
        result = called(run, calls, Done("false"), "echo a", Done("false"), "echo b", Done("false"))
        assert len(run.calls) == (1 if calls is several else 2)
        assert (result.stdout_lines, outcome(run)) == (["a", "b"], [Outcome.CHANGED])

    def test_nothing_is_done_behind_what_fails(self, run):
        called(run, several, "echo a", "false", Done("false"), "echo b")
        assert outcome(run) == [Outcome.FAILED]

    def test_all_that_is_done_changes_nothing_more(self, run):
        called(run, several, Done("false"))
        assert (run.calls, outcome(run)) == ([], [Outcome.CHANGED])

    def test_each_has_its_output(self, run):
        result = called(run, several, "printf 'a\nb'; echo c >&2", "echo d; echo e >&2")
        assert len(run.calls) == 1
        assert (result.stdout_lines, result.stderr_lines) == (["a", "b", "d"], ["c", "e"])
        assert outcome(run) == [Outcome.CHANGED]

    def test_what_is_not_said_to_go_together_does_not(self, run):
        called(run, apart, "echo a", "echo b")
        assert len(run.calls) == 2

    def test_nor_does_what_an_operation_yields_from_another_that_does_not(self, run):
        @operation(together=True)
        def outer():
            yield "true"
            yield from apart._inner("true", "true")
            yield "true"
            yield "true"

        called(run, outer)
        assert len(run.calls) == 4

    def test_but_what_it_yields_from_a_function_of_its_own(self, run):
        def own():
            yield "true"
            yield "true"

        @operation(together=True)
        def outer():
            yield from own()
            yield from several._inner("true")

        called(run, outer)
        assert len(run.calls) == 1

    @pytest.mark.parametrize(
        "settings", [{"_timeout": 20}, {"_get_pty": True}, {"_stdin": "x"}, {"_shell_executable": "bash -l"}]
    )
    def test_what_is_about_one_command_keeps_them_apart(self, run, settings):
        called(run, several, "true", "true", **settings)
        assert len(run.calls) == 2

    def test_so_do_arguments_of_one(self, run):
        result = called(run, several, "echo $X", StringCommand("echo $X", _env={"X": "1"}), "echo $X")
        assert (len(run.calls), result.stdout_lines) == (3, ["", "1", ""])

    def test_who_watches_sees_each_as_it_is_run(self, run):
        run.state.print_output = True
        called(run, several, "true", "true")
        assert len(run.calls) == 2

    def test_without_batches_none_is_made(self, make_run):
        run = make_run(BATCH=False)
        called(run, several, "true", "true")
        assert len(run.calls) == 2

    def test_what_goes_to_the_background_goes_alone(self, run):
        result = called(run, several, "true", "sleep 0 & echo $?", "true")
        assert (len(run.calls), result.stdout) == (3, "0")

    def test_no_secret_is_an_argument(self, run):
        called(run, several, "true", "echo secret")
        assert [text.startswith("printf") for _, text in run.calls] == [True]

    def test_a_command_with_a_way_of_its_own_is_run_that_way(self, run, tmp_path):
        log = at(tmp_path, "log")
        called(
            run,
            several,
            f"echo 1 >> {log}",
            f"echo 2 >> {log}",
            Twice(f"echo 3 >> {log}"),
            f"echo 4 >> {log}",
        )
        assert (tmp_path / "log").read_text().split() == ["1", "2", "3", "3", "4"]
        assert len(run.calls) == 4


class TestFailures:
    def test_nothing_is_run_behind_one(self, run, folder: Path):
        result = called(run, several, "echo a", "echo b >&2; exit 3", f"touch {at(folder, 'x')}")
        assert (outcome(run), error(run)) == ([Outcome.FAILED], "command failed (exit code 3): b")
        assert len(result._commands or ()) == 2
        assert not list(folder.iterdir())

    def test_unless_that_is_asked_for(self, run):
        result = called(run, several, "false", "echo a", _continue_on_error=True)
        assert (outcome(run), result.stdout, len(run.calls)) == ([Outcome.FAILED], "a", 1)

    def test_codes_that_mean_success(self, run):
        result = called(run, several, "exit 3", "exit 0", "echo a", _success_exit_codes=[0, 3])
        assert (outcome(run), result.stdout, len(run.calls)) == ([Outcome.CHANGED], "a", 1)

    def test_a_killed_shell(self, run):
        result = called(run, several, "echo a", "kill -9 $$", "echo b")
        assert outcome(run) == [Outcome.FAILED]
        assert error(run) == "command failed: its shell was ended while it ran"
        assert result.stdout == "a"

    def test_retries_run_all_of_them(self, run, folder: Path):
        first, again = (
            f"echo a >>{at(folder, 'log')}",
            f"test -e {at(folder, 'x')} || {{ touch {at(folder, 'x')}; false; }}",
        )
        result = called(run, several, first, again, _retries=1, _retry_delay=0)
        assert result.did_succeed()
        assert (folder / "log").read_text() == "a\na\n"

    def test_an_error_behind_a_command_comes_behind_it(self, run, folder: Path):
        @operation(together=True)
        def breaks():
            yield f"touch {at(folder, 'x')}"
            raise OperationError("no more")

        called(run, breaks)
        assert (outcome(run), error(run)) == ([Outcome.FAILED], "no more")
        assert (folder / "x").exists()

    def test_and_is_not_told_where_the_command_failed(self, run):
        @operation(together=True)
        def breaks():
            yield "exit 3"
            raise OperationError("no more")

        called(run, breaks)
        assert error(run) == "command failed (exit code 3)"

    def test_where_the_connection_breaks_all_may_have_been_run(self, run, monkeypatch):
        def lost(*args, **arguments):
            raise ConnectionLostError("gone")

        result = add_op(run.state, several, "echo a", "echo b")[run.host]
        monkeypatch.setattr(type(run.host.connector), "run_shell_command", lost)
        run_ops(run.state)
        assert (outcome(run), error(run)) == ([Outcome.UNKNOWN], "gone")
        assert len(result._commands or ()) == 2


class TestLooking:
    def test_a_fact_sees_what_was_done(self, run, folder: Path):
        seen = []

        @operation(together=True)
        def writes():
            for number in range(3):
                yield f"echo {number} >>{at(folder, 'x')}"
                seen.append(host.get_fact(Content, path=folder / "x"))

        called(run, writes)
        assert seen[-3:] == [["0"], ["0", "1"], ["0", "1", "2"]]

    def test_so_does_a_command_of_the_operation_itself(self, run, folder: Path):
        seen = []

        @operation(together=True)
        def writes():
            yield f"echo a >{at(folder, 'x')}"
            if host.state.is_executing:
                seen.append(host.run_shell_command(f"cat {at(folder, 'x')}")[1].stdout)

        called(run, writes)
        assert seen == ["a"]

    def test_none_is_asked_behind_a_failure(self, run, folder: Path):
        seen = []

        @operation(together=True)
        def writes():
            yield "exit 3"
            seen.append(host.get_fact(Exists, path=folder))
            yield f"touch {at(folder, 'x')}"

        called(run, writes)
        assert (seen, error(run), list(folder.iterdir())) == ([], "command failed (exit code 3)", [])

    def test_an_operation_that_goes_on_after_that_is_ended(self, run, folder: Path):
        @operation(together=True)
        def stubborn():
            yield "exit 3"
            try:
                host.get_fact(Exists, path=folder)
            except OperationError:
                yield f"touch {at(folder, 'x')}"

        called(run, stubborn)
        assert (error(run), list(folder.iterdir())) == ("command failed (exit code 3)", [])


class TestWhatIsAskedNext:
    def made(self, run, folder: Path, operation=touch_together):
        for name in "abc":
            add_op(run.state, operation, folder / name)
        del run.calls[:]
        run_ops(run.state)
        assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c"]
        assert outcome(run) == [Outcome.CHANGED] * 3
        return len(run.calls)

    def test_goes_with_the_commands(self, run, folder: Path):
        # What the first asked in prepare is still true.
        assert self.made(run, folder) == 3

    def test_does_not_where_it_is_not_known_to_be_last(self, run, folder: Path):
        assert self.made(run, folder, touch) == 5

    def test_does_not_while_other_hosts_are_changed(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        add_op(run.state, several, "true")
        add_op(run.state, touch_together, folder / "a")
        del run.calls[:]
        run_ops(run.state)
        assert len([text for name, text in run.calls if name == "h2" and "test -e" in text]) == 1

    def test_is_as_fresh_as_if_it_were_asked_then(self, run, folder: Path):
        add_op(run.state, several, f"touch {at(folder, 'a')}")
        add_op(run.state, touch_together, folder / "a")
        run_ops(run.state)
        assert outcome(run) == [Outcome.CHANGED, Outcome.UNCHANGED]


@operation(is_idempotent=False, together=True)
def put(source, dest, then="true"):
    yield FileUploadCommand(source, str(dest))
    yield then


class TestUploads:
    @pytest.mark.parametrize("content", ["", "a", "it's\n$HOME `x` \\ & é 日本\n", "-n\r\n\t"])
    def test_a_small_text_goes_with_what_follows(self, make_run, folder: Path, content: str):
        run = make_run(connector=Placing)
        called(run, put, StringIO(content), folder / "x")
        assert len(run.calls) == 1
        assert (folder / "x").read_bytes().decode() == content

    @pytest.mark.parametrize("content", [b"\0", b"\xff", b"\x01", b"\x7f", b"x" * 40_000])
    def test_anything_else_does_not(self, make_run, folder: Path, content: bytes):
        run = make_run(connector=Placing)
        called(run, put, BytesIO(content), folder / "x")
        assert len(run.calls) == 2
        assert (folder / "x").read_bytes() == content

    def test_one_that_fails_says_why(self, make_run, folder: Path):
        run = make_run(connector=Placing)
        run.state.should_raise_failed_hosts = lambda _: False
        called(run, put, StringIO("a"), folder / "no" / "x", f"touch {at(folder, 'y')}")
        assert error(run).startswith(f"could not write {folder}/no/x: ")
        assert list(folder.iterdir()) == []

    def test_a_source_that_is_not_there_is_told_as_ever(self, make_run, folder: Path):
        run = make_run(connector=Placing)
        run.state.should_raise_failed_hosts = lambda _: False
        called(run, put, str(folder / "none"), folder / "x")
        assert "none" in error(run)

    def test_connectors_with_another_way_keep_it(self, run, folder: Path):
        called(run, put, StringIO("a"), folder / "x")
        assert len(run.calls) == 2
        assert (folder / "x").read_text() == "a"


PIECES = [
    *(
        "true",
        "false",
        "exit 0",
        "exit 3",
        "set -e; false; echo no",
        "cd /; pwd",
        "pwd",
        "umask 077",
        "umask",
    ),
    *(
        "echo a",
        "printf 'no newline'",
        "printf '\\n\\n'",
        "echo e >&2",
        "cat; echo read",
        "read x; echo [$x]",
    ),
    *("A=1; export A", "echo [$A]", "echo $#", "PATH=/nonexistent; ls", "exec 3>&1; echo three >&3"),
    *(
        "kill -TERM $(exec sh -c 'echo $PPID')",
        "trap 'echo bye' EXIT",
        "cat <<'EOF'\n$here\nEOF",
        "# no more",
    ),
    *("if", "echo 'a", "exec echo done", "set -f; echo *", "echo '\\'", "unset HOME", "no-such-command"),
    *(
        "printf 'pyinfra-0 1\\n'",
        "echo é 日本",
        "printf '\\377\\n'",
        "sh -c 'exit 4'",
        "alias ls=false; ls /",
    ),
]


@pytest.mark.parametrize("shell", shells(), ids=" ".join)
def test_together_is_as_apart(make_run, shell):
    """The same output, and the same end, for whatever is run."""

    def ran(added, commands, go_on):
        run = make_run()
        run.state.should_raise_failed_hosts = lambda _: False
        one = called(run, added, *commands, _shell_executable=" ".join(shell), _continue_on_error=go_on)
        told = [line for line in one.stderr_lines if "sh:" not in line and line != "Terminated"]
        return one.stdout_lines, told, outcome(run), len(one._commands or ())

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=5), st.booleans())
    def check(commands, go_on):
        assert ran(several, commands, go_on) == ran(apart, commands, go_on)

    check()
