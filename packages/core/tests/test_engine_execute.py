"""Executing operations: global arguments, outcomes, failures, callbacks."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from engine_kit import Exists, Recorder, touch
from pyinfra.api import BaseStateCallback, OperationError, QuoteString, StringCommand, operation
from pyinfra.api.exceptions import ArgumentTypeError, ConnectionLostError, RunFailedError
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.api.state import Outcome, StateStage
from pyinfra.context import host
from pyinfra.operations import python


@operation(is_idempotent=False)
def shell(*commands: str):
    yield from commands


@operation(is_idempotent=False)
def append(path: Path):
    yield StringCommand("echo", QuoteString(host.name), ">>", QuoteString(path))


def outcomes(run) -> list[str]:
    return [data.outcome.value for data in run.state.ops[run.host].values()]


def every_outcome(run) -> list[Outcome]:
    return [data.outcome for one in run.hosts for data in run.state.ops[one].values()]


class TestIf:
    @pytest.mark.parametrize(
        ("condition", "outcome"),
        [
            (None, "changed"),
            (lambda: True, "changed"),
            (lambda: False, "skipped"),
            ([lambda: True, lambda: True], "changed"),
            ([lambda: True, lambda: False], "skipped"),
            ([], "changed"),
        ],
    )
    def test_decides_just_before(self, make_run, condition, outcome):
        run = make_run()
        add_op(run.state, shell, "true", _if=condition)
        run_ops(run.state)
        assert outcomes(run) == [outcome]

    @pytest.mark.parametrize("condition", [True, "yes", 1, [True], [lambda: True, "x"]])
    def test_anything_else_is_refused(self, make_run, condition):
        with pytest.raises(ArgumentTypeError, match="_if must be a function"):
            add_op(make_run().state, shell, "true", _if=condition)

    def test_asks_for_facts_and_results(self, make_run, folder: Path):
        run = make_run()
        first = add_op(run.state, touch, folder / "x")[run.host]
        add_op(run.state, touch, folder / "y", _if=first.did_change)
        add_op(run.state, touch, folder / "z", _if=lambda: host.get_fact(Exists, folder / "none"))
        run_ops(run.state)
        assert outcomes(run) == ["changed", "changed", "skipped"]


class TestRetries:
    def test_a_failed_operation_is_tried_again(self, make_run, folder: Path):
        run = make_run()
        command = f"cd {folder.parent} && test -d tried || {{ mkdir tried; false; }}"
        result = add_op(run.state, shell, command, _retries=2, _retry_delay=0)[run.host]
        run_ops(run.state)
        assert result.did_succeed()
        assert result.get_retry_info() == {
            "retry_attempts": 1,
            "max_retries": 2,
            "was_retried": True,
            "retry_succeeded": True,
        }

    def test_retries_end(self, make_run):
        run = make_run(["h1", "h2"])
        add_op(run.state, shell, "false", _retries=2, _retry_delay=0, host=run.host)
        run_ops(run.state)
        assert outcomes(run) == ["failed"]
        assert [text for _, text in run.calls if text == "false"] == ["false"] * 3

    def test_goes_on_as_long_as_retry_until_returns_true(self, make_run):
        run, seen = make_run(), []

        def until(output: dict) -> bool:
            seen.append(output["stdout_lines"])
            return len(seen) < 2

        result = add_op(run.state, shell, "echo out", _retries=5, _retry_delay=0, _retry_until=until)[
            run.host
        ]
        run_ops(run.state)
        assert result.retry_attempts == 1
        assert seen == [["out"], ["out"]]

    def test_retry_until_that_returns_true_to_the_end_fails(self, make_run):
        run = make_run(["h1", "h2"])
        add_op(
            run.state, shell, "true", _retries=1, _retry_delay=0, _retry_until=lambda _: True, host=run.host
        )
        run_ops(run.state)
        assert outcomes(run) == ["failed"]


class TestOverHosts:
    def test_run_once(self, make_run, folder: Path):
        run = make_run(["h1", "h2", "h3"])
        results = add_op(run.state, append, folder / "log", _run_once=True)
        run_ops(run.state)
        assert (folder / "log").read_text() == "h1\n"
        assert [result.did_change() for result in results.values()] == [True, False, False]

    @pytest.mark.parametrize("how", [{"serial": True}, {"no_wait": True}])
    def test_run_once_in_other_orders(self, make_run, folder: Path, how):
        run = make_run(["h1", "h2", "h3"])
        add_op(run.state, append, folder / "log", _run_once=True)
        run_ops(run.state, **how)
        assert (folder / "log").read_text() == "h1\n"
        assert [outcome.value for outcome in every_outcome(run)] == ["changed", "skipped", "skipped"]

    def test_serial_goes_host_by_host(self, make_run):
        run = make_run(["h1", "h2", "h3"])
        add_op(run.state, shell, "true", _serial=True)
        Recorder.most_at_once = 0
        run_ops(run.state)
        assert Recorder.most_at_once == 1

    def test_parallel_bounds_the_hosts_at_once(self, make_run):
        run = make_run([f"h{number}" for number in range(6)])
        now, most, lock = [0], [0], threading.Lock()
        together = threading.Barrier(2)

        def function():
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            together.wait(20)
            with lock:
                now[0] -= 1

        add_op(run.state, python.call, function, _parallel=2)
        run_ops(run.state)
        assert most[0] == 2

    def test_every_host_finishes_one_before_any_starts_the_next(self, make_run, folder: Path):
        run, order = make_run(["h1", "h2", "h3"]), []
        run.engine.events.listen(
            "operation_host_end", lambda state, host, op_hash, **_: order.append(op_hash)
        )
        run.on(lambda: (append(folder / "log"), append(folder / "log")))
        run_ops(run.state)
        first, second = run.state.get_op_order()
        assert order == [first] * 3 + [second] * 3

    def test_serial_runs_finish_one_host_first(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        add_op(run.state, append, folder / "log")
        add_op(run.state, append, folder / "log")
        run_ops(run.state, serial=True)
        assert (folder / "log").read_text() == "h1\nh1\nh2\nh2\n"

    def test_without_waiting_all_is_done_all_the_same(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        add_op(run.state, append, folder / "log")
        add_op(run.state, append, folder / "log")
        run_ops(run.state, no_wait=True)
        assert sorted((folder / "log").read_text().split()) == ["h1", "h1", "h2", "h2"]


class TestCommands:
    @pytest.mark.parametrize(
        ("command", "arguments", "output"),
        [
            ('echo "$X"', {"_env": {"X": "a b'c"}}, "a b'c"),
            ("pwd", {"_chdir": "/usr"}, "/usr"),
            ("cat", {"_stdin": "a text"}, "a text"),
            ("cat", {"_stdin": ["two", "lines"]}, "two\nlines"),
            ("echo ${BASH_VERSION:+bash}", {"_shell_executable": "bash"}, "bash"),
            ("echo out; exit 7", {"_success_exit_codes": [7]}, "out"),
        ],
    )
    def test_run_as_their_arguments_say(self, make_run, command, arguments, output):
        run = make_run()
        result = add_op(run.state, shell, command, **arguments)[run.host]
        run_ops(run.state)
        assert (result.did_succeed(), result.stdout) == (True, output)

    def test_output_is_kept_by_stream(self, make_run):
        run = make_run()
        result = add_op(run.state, shell, "echo one; echo two >&2", "echo three")[run.host]
        run_ops(run.state)
        assert (result.stdout_lines, result.stderr_lines) == (["one", "three"], ["two"])

    def test_a_timeout_fails(self, make_run):
        run = make_run(["h1", "h2"])
        add_op(run.state, shell, "sleep 600", _timeout=0.05, host=run.host)
        run_ops(run.state)
        [data] = run.state.ops[run.host].values()
        assert data.outcome is Outcome.FAILED
        assert "timed out after 0.05 seconds" in data.error

    def test_a_command_may_have_arguments_of_its_own(self, make_run):
        @operation(is_idempotent=False)
        def op():
            yield StringCommand("pwd", _chdir="/usr")
            yield StringCommand("pwd")

        run = make_run()
        result = add_op(run.state, op, _chdir="/")[run.host]
        run_ops(run.state)
        assert result.stdout_lines == ["/usr", "/"]

    def test_an_operation_sees_what_its_own_commands_did(self, make_run, folder: Path):
        seen = []

        @operation()
        def op():
            seen.append(host.get_fact(Exists, folder / "x"))
            yield StringCommand("touch", QuoteString(folder / "x"))
            seen.append(host.get_fact(Exists, folder / "x"))

        run = make_run()
        add_op(run.state, op)
        run_ops(run.state)
        assert seen[-2:] == [False, True]


class TestFailures:
    def test_end_the_host_and_no_other(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        add_op(run.state, shell, "echo why >&2; exit 4", host=run.host)
        add_op(run.state, append, folder / "log")
        run_ops(run.state)
        assert (folder / "log").read_text() == "h2\n"
        first = next(iter(run.state.ops[run.host].values()))
        assert first.error == "command failed (exit code 4): why"
        assert run.state.results[run.host].error_ops == 1

    def test_of_all_hosts_end_the_run(self, make_run):
        run = make_run()
        add_op(run.state, shell, "false")
        with pytest.raises(RunFailedError, match="no hosts remaining"):
            run_ops(run.state)

    def test_fail_percent(self, make_run, folder: Path):
        run = make_run(["h1", "h2", "h3"], FAIL_PERCENT=30)
        add_op(run.state, shell, "false", host=run.host)
        add_op(run.state, append, folder / "log")
        with pytest.raises(RunFailedError, match="33% of the hosts"):
            run_ops(run.state)
        assert not (folder / "log").exists()

    def test_can_be_ignored(self, make_run):
        run = make_run()
        add_op(run.state, shell, "false", "echo not reached", _ignore_errors=True)
        result = add_op(run.state, shell, "true")[run.host]
        run_ops(run.state)
        assert outcomes(run) == ["failed", "changed"]
        assert result.did_change()
        assert not run.state.failed_hosts

    def test_can_be_continued_after(self, make_run):
        run = make_run()
        result = add_op(
            run.state, shell, "false", "echo reached", _ignore_errors=True, _continue_on_error=True
        )
        run_ops(run.state)
        assert result[run.host].stdout_lines == ["reached"]
        assert result[run.host].did_error()

    @pytest.mark.parametrize(
        "error", [OperationError("no way"), ValueError("no way"), OSError(2, "no way", "x")]
    )
    def test_an_exception_is_one(self, make_run, error):
        def op():
            yield "true"
            raise error

        run = make_run(["h1", "h2"])
        add_op(run.state, operation(is_idempotent=False)(op), host=run.host)
        run_ops(run.state)
        [data] = run.state.ops[run.host].values()
        assert data.outcome is Outcome.FAILED
        assert "no way" in data.error

    def test_a_connection_lost_leaves_it_unknown(self, make_run):
        class Lossy(Recorder):
            def run_shell_command(self, command, *args, **arguments):
                if command.get_raw_value() == "lose":
                    raise ConnectionLostError("the connection broke: nobody can know whether the command ran")
                return super().run_shell_command(command, *args, **arguments)

        run = make_run(["h1", "h2"], connector=Lossy)
        add_op(run.state, shell, "lose", _ignore_errors=True, _retries=3, host=run.host)
        run_ops(run.state)
        [data] = run.state.ops[run.host].values()
        assert data.outcome is Outcome.UNKNOWN
        assert run.state.failed_hosts == {run.host}
        assert not data.operation_meta.did_change()


class TestFollowing:
    def test_callbacks_are_called_as_in_pyinfra_3(self, make_run):
        run, seen = make_run(["h1", "h2"]), []

        class Callback(BaseStateCallback):
            @staticmethod
            def operation_start(state, op_hash):
                seen.append("start")

            @staticmethod
            def operation_host_success(state, host, op_hash, retry_count=0):
                seen.append(f"success {host} {retry_count}")

            @staticmethod
            def operation_host_error(state, host, op_hash, retry_count=0, max_retries=0):
                seen.append(f"error {host} {retry_count}/{max_retries}")

            @staticmethod
            def operation_host_retry(state, host, op_hash, retry_num, max_retries):
                seen.append(f"retry {host} {retry_num}/{max_retries}")

            @staticmethod
            def operation_end(state, op_hash):
                seen.append("end")

        run.state.add_callback_handler(Callback)
        add_op(run.state, shell, "true", _serial=True)
        add_op(run.state, shell, "false", _retries=1, _retry_delay=0, host=run.host)
        run_ops(run.state)
        assert seen == [
            "start",
            "success h1 0",
            "success h2 0",
            "end",
            "start",
            "retry h1 1/1",
            "error h1 1/1",
            "end",
        ]

    def test_an_observer_that_raises_is_named_and_harmless(self, make_run, caplog):
        run = make_run()
        run.engine.events.listen("operation_host_start", lambda **_: 1 / 0)
        add_op(run.state, shell, "true")
        run_ops(run.state)
        assert outcomes(run) == ["changed"]
        assert "operation_host_start" in caplog.text

    def test_stages_only_go_on(self, make_run):
        run, seen = make_run(), []
        run.engine.events.listen("stage", lambda state, stage: seen.append(stage))
        add_op(run.state, shell, "true")
        run_ops(run.state)
        assert seen == [StateStage.Execute]
        assert run.state.results[run.host].success_ops == 1
        with pytest.raises(Exception, match="can't go back"):
            run.state.set_stage(StateStage.Setup)


@operation(
    report=lambda lines: [line.removeprefix("installed ") for line in lines if line.startswith("installed ")]
)
def install(*packages: str):
    for package in packages:
        yield StringCommand("echo", QuoteString(f"installed {package}"))


@operation()
def install_all(*packages: str):
    yield "echo installed by no report"
    yield from install._inner(*packages)


@operation(report=lambda lines: [lines[99]])
def install_badly():
    yield "true"


class TestReports:
    def test_say_what_changed(self, make_run):
        run = make_run()
        meta = add_op(run.state, install, "nginx 1.22", "vim 9")[run.host]
        assert meta.report == []
        run_ops(run.state)
        assert meta.report == ["nginx 1.22", "vim 9"]

    def test_are_those_of_the_operation_that_yielded(self, make_run):
        run = make_run()
        meta = add_op(run.state, install_all, "nginx 1.22")[run.host]
        run_ops(run.state)
        assert meta.report == ["nginx 1.22"]

    def test_of_what_failed_there_is_none(self, make_run):
        run = make_run()
        meta = add_op(run.state, install, "nginx", _success_exit_codes=[7], _ignore_errors=True)[run.host]
        run_ops(run.state)
        assert meta.report == []

    def test_that_fail_are_no_failure_of_the_operation(self, make_run, caplog):
        run = make_run()
        add_op(run.state, install_badly)
        run_ops(run.state)
        assert outcomes(run) == ["changed"]
        assert "a report of changes failed" in caplog.text
