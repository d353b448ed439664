"""Facts: batches, cache, phases and errors."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from engine_kit import Content, Exists, Recorder, Unbatched, touch
from pyinfra.api import (
    FactBase,
    FactError,
    FactPreconditionError,
    FactProcessError,
    FactTypeError,
    MissingCommandError,
    ShortFactBase,
)
from pyinfra.api.facts import get_facts
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.context import host
from pyinfra.operations import python


class Echo(FactBase[list[str]]):
    def command(self, text: str) -> str:
        return f"printf '%s' '{text}'"

    def process(self, output: list[str]) -> list[str]:
        return output


class Words(FactBase[list[str]]):
    command = "printf 'one\\ntwo\\n'"

    def process(self, output: list[str]) -> list[str]:
        return output


class FirstWord(ShortFactBase[str]):
    fact = Words

    def process_data(self, data: list[str]) -> str:
        return data[0]


class NoSuchTool(FactBase[str]):
    command = "no-such-tool --list"

    def requires_command(self) -> str:
        return "no-such-tool"

    @staticmethod
    def default() -> str:
        return "none"


class NotReady(FactBase[str]):
    command = "echo never"

    def check_preconditions(self, state, host) -> str | None:
        return "the moon is not full"

    @staticmethod
    def default() -> str:
        return "none"


class Fails(FactBase[str]):
    command = "echo oh no >&2; exit 3"

    @staticmethod
    def default() -> str:
        return "none"


class FailsAtLength(FactBase[str]):
    command = "printf '\\n%s\\n\\n' one two three four >&2; exit 3"


class Silent(FactBase[str]):
    command = "true"

    @staticmethod
    def default() -> str:
        return "none"


class BadParser(FactBase[str]):
    command = "echo 'line 1'; echo 'line 2'"

    def process(self, output: list[str]) -> str:
        raise KeyError("nothing there")


class TestValues:
    def test_a_command_may_be_a_str_or_a_method(self, make_run):
        run = make_run()
        assert run.host.get_fact(Words) == ["one", "two"]
        assert run.host.get_fact(Echo, text="a b") == ["a b"]
        assert run.host.get_fact(Echo, "c") == ["c"]

    def test_a_short_fact_shares_its_facts_answer(self, make_run):
        run = make_run()
        assert run.host.get_fact(FirstWord) == "one"
        assert run.host.get_fact(Words) == ["one", "two"]
        assert len(run.calls) == 1

    def test_callers_get_values_of_their_own(self, make_run):
        run = make_run()
        run.host.get_fact(Words).append("three")
        assert run.host.get_fact(Words) == ["one", "two"]

    def test_an_empty_output_gives_the_default(self, make_run):
        assert make_run().host.get_fact(Silent) == "none"

    def test_facts_are_found_by_name(self, make_run, monkeypatch):
        from pyinfra.api.exceptions import PluginError

        with pytest.raises(PluginError, match="NoSuchFactAnywhere"):
            make_run().host.get_fact("NoSuchFactAnywhere")

    def test_locale_is_c(self, make_run):
        class Locale(FactBase[str]):
            command = 'echo "$LC_ALL"'

        assert make_run().host.get_fact(Locale) == "C"
        assert make_run(BATCH=False).host.get_fact(Locale) == "C"

    def test_all_hosts_at_once(self, make_run):
        run = make_run(["h1", "h2", "h3"])
        assert get_facts(run.state, Words) == {one: ["one", "two"] for one in run.hosts}


class TestBatches:
    def test_requests_of_parked_operations_share_one_call(self, make_run, folder: Path):
        run = make_run()
        run.on(lambda: [touch(folder / str(number)) for number in range(50)])
        assert len(run.calls) == 1

    def test_what_operations_are_called_and_when_they_run_makes_no_batches(self, make_run, folder: Path):
        run = make_run()
        run.on(
            lambda: [
                touch(folder / "a", name="First"),
                touch(folder / "b", name="Second", _ignore_errors=True),
                touch(folder / "c", _serial=True, _if=lambda: True),
            ]
        )
        assert len(run.calls) == 1

    def test_a_second_run_costs_one_call(self, make_run, folder: Path):
        for number in range(20):
            (folder / str(number)).touch()
        run = make_run()
        run.on(lambda: [touch(folder / str(number)) for number in range(20)])
        run_ops(run.state)
        assert len(run.calls) == 1
        assert all(data.operation_meta.did_not_change() for data in run.state.ops[run.host].values())

    @pytest.mark.parametrize(("connector", "config"), [(Unbatched, {}), (Recorder, {"BATCH": False})])
    def test_without_batches_each_fact_goes_alone(self, make_run, folder: Path, connector, config):
        run = make_run(connector=connector, **config)
        run.on(lambda: [touch(folder / str(number)) for number in range(5)])
        assert len(run.calls) == 5
        assert Recorder.most_at_once == (1 if connector is Unbatched else Recorder.most_at_once)

    def test_facts_of_different_privileges_go_in_batches_of_their_own(self, make_run):
        run = make_run()

        @python_free
        def ask(**arguments):
            host.get_fact(Words, **arguments)
            yield "true"

        run.on(lambda: [ask(_env={"A": "1"}), ask(_env={"A": "2"}), ask(_env={"A": "1"}), ask(_chdir="/")])
        assert len(run.calls) == 3

    def test_a_broken_batch_is_answered_one_by_one(self, make_run):
        class KillsTheShell(FactBase[str]):
            command = "kill -9 $$; echo survived"

        run = make_run()
        values: dict[str, object] = {}

        @python_free
        def ask(**arguments):
            values["words"] = host.get_fact(Words)
            yield "true"

        @python_free
        def kill(**arguments):
            values["kill"] = host.get_fact(KillsTheShell, _ignore_errors=True)
            yield "true"

        run.on(lambda: [ask(), kill()])
        assert values == {"words": ["one", "two"], "kill": None}

    @pytest.mark.parametrize(
        ("command", "lines"),
        [
            ("printf 'no newline'", ["no newline"]),
            ("printf 'a\\n\\n b \\n'", ["a", "", " b "]),
            ("printf '\\n'", [""]),
            ("cat", None),
            ("set -e; cd /; echo here", ["here"]),
            ("exit 0; echo not", None),
            ("echo \"it's \\$HOME 'x'\"", ["it's $HOME 'x'"]),
            ("echo two; echo words", ["two", "words"]),
        ],
    )
    def test_odd_output_is_the_same_alone_and_in_a_batch(self, make_run, command, lines):
        fact = type("Odd", (FactBase,), {"command": command, "process": lambda self, output: output})
        for config in ({}, {"BATCH": False}):
            assert make_run(**config).host.get_fact(fact) == lines

    def test_bytes_that_are_no_text_survive(self, make_run):
        class Binary(FactBase[str]):
            command = "printf 'caf\\351 \\377'"

        assert make_run().host.get_fact(Binary).encode("utf-8", "surrogateescape") == b"caf\xe9 \xff"

    def test_another_shell_gets_the_command_on_its_stdin(self, make_run):
        class InBash(FactBase[str]):
            shell_executable = "bash"
            command = 'echo ${BASH_VERSION:+bash} "it\'s"'

        for config in ({}, {"BATCH": False}):
            assert make_run(**config).host.get_fact(InBash) == "bash it's"


class TestGenerations:
    def test_deploy_code_is_answered_by_the_cache(self, make_run):
        run = make_run()
        run.on(lambda: [host.get_fact(Words), host.get_fact(Words)])
        assert len(run.calls) == 1

    def test_a_command_makes_facts_be_asked_anew(self, make_run, folder: Path):
        run = make_run()
        path = folder / "x"
        assert run.host.get_fact(Exists, path) is False
        run.host.run_shell_command(
            f"touch '{folder.as_posix().replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}/x'"
        )
        assert run.host.get_fact(Exists, path) is True

    def test_a_change_on_one_host_makes_facts_of_all_be_asked_anew(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        first, second = run.hosts
        assert second.get_fact(Exists, folder / "x") is False
        first.run_shell_command("true")
        (folder / "x").touch()
        assert second.get_fact(Exists, folder / "x") is True

    def test_in_one_step_hosts_are_not_asked_anew_for_what_others_change(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        (folder / "h2").touch()
        run.on(lambda: touch(folder / host.name))
        before = len(run.calls)
        run_ops(run.state)
        assert [name for name, _ in run.calls[before:]] == ["h1"]

    def test_in_the_next_step_they_are(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])

        def code():
            touch(folder / ("new" if host.name == "h1" else "."))
            touch(folder / "new")

        run.on(code)
        run_ops(run.state)
        second = run.state.get_op_order()[1]
        assert [run.state.ops[one][second].outcome.value for one in run.hosts] == ["unchanged", "unchanged"]

    def test_polling_in_deploy_code_is_asked_afresh(self, make_run, monkeypatch):
        run = make_run()
        now = [100.0]
        monkeypatch.setattr(time, "monotonic", lambda: now[0])

        def deploy():
            for _ in range(3):
                host.get_fact(Words)
                now[0] += 2

        run.on(deploy)
        assert len(run.calls) == 3

    def test_functions_called_during_execute_always_ask(self, make_run, folder: Path):
        run = make_run()
        seen = []

        def look():
            seen.append(host.get_fact(Exists, folder / "x"))
            (folder / "x").touch()
            seen.append(host.get_fact(Exists, folder / "x"))

        add_op(run.state, python.call, look)
        run_ops(run.state)
        assert seen == [False, True]


class TestPhases:
    def test_a_missing_command_gives_the_default_silently_in_prepare(self, make_run, caplog):
        assert make_run().host.get_fact(NoSuchTool) == "none"
        assert not caplog.records

    @pytest.mark.parametrize("connector", [Recorder, Unbatched])
    def test_a_missing_command_gives_a_warning_and_the_default_in_execute(self, make_run, caplog, connector):
        run = make_run(connector=connector)
        seen = []
        add_op(run.state, python.call, lambda: seen.append(host.get_fact(NoSuchTool)))
        run_ops(run.state)
        assert seen == ["none"]
        assert "no-such-tool" in caplog.text

    def test_a_missing_command_can_be_made_an_error(self, make_run):
        run = make_run(FACT_MISSING_COMMAND="raise")
        seen = []

        def look():
            with pytest.raises(MissingCommandError, match="no-such-tool"):
                host.get_fact(NoSuchTool)
            seen.append("raised")

        add_op(run.state, python.call, look)
        run_ops(run.state)
        assert seen == ["raised"]

    def test_a_precondition_is_silent_in_prepare_and_raised_in_execute(self, make_run):
        run = make_run()
        assert run.host.get_fact(NotReady) == "none"
        seen = []

        def look():
            with pytest.raises(FactPreconditionError, match="the moon is not full"):
                host.get_fact(NotReady)
            seen.append("raised")

        add_op(run.state, python.call, look)
        run_ops(run.state)
        assert seen == ["raised"]


class TestErrors:
    @pytest.mark.parametrize("config", [{}, {"BATCH": False}])
    def test_a_failing_command_names_the_fact_and_what_it_said(self, make_run, config):
        with pytest.raises(FactError, match="Fails: oh no"):
            make_run(**config).host.get_fact(Fails)
        with pytest.raises(FactError, match=r"FailsAtLength: one; two; three$"):
            make_run(**config).host.get_fact(FailsAtLength)

    def test_a_failure_can_be_ignored(self, make_run, caplog):
        assert make_run().host.get_fact(Fails, _ignore_errors=True) == "none"
        assert "oh no" in caplog.text

    def test_other_exit_codes_can_mean_success(self, make_run):
        assert make_run().host.get_fact(Fails, _success_exit_codes=[3]) == "none"

    def test_a_parser_that_raises_names_fact_host_and_output(self, make_run):
        with pytest.raises(FactProcessError, match=r"(?s)BadParser on h1.*KeyError.*line 1\nline 2"):
            make_run().host.get_fact(BadParser)

    def test_wrong_arguments_name_the_fact(self, make_run):
        with pytest.raises(FactTypeError, match=r"Echo: .*colour"):
            make_run().host.get_fact(Echo, colour="red")

    def test_a_fact_that_fails_in_deploy_code_fails_its_host_alone(self, make_run, caplog):
        run = make_run(["h1", "h2"])

        def deploy():
            if host.name == "h1":
                host.get_fact(Fails)

        run.on(deploy)
        assert [one.name for one in run.state.failed_hosts] == ["h1"]
        assert "oh no" in caplog.text


def test_threads_that_users_start_ask_directly(make_run):
    run = make_run()
    seen = []

    def deploy():
        this = run.host
        thread = threading.Thread(target=lambda: seen.append(this.get_fact(Words)))
        thread.start()
        thread.join()

    run.on(deploy)
    assert seen == [["one", "two"]]


def test_content_is_exact(make_run, folder: Path):
    (folder / "x").write_bytes(b"a\n\n  b")
    assert make_run().host.get_fact(Content, path=folder / "x") == ["a", "", "  b"]


def python_free(function):
    """An operation made of a generator function."""
    from pyinfra.api import operation

    return operation()(function)
