"""What existing deploys and plugins rely on (design: "What existing code relies on")."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from io import StringIO
from pathlib import Path

import pytest
from engine_kit import Content, Exists, Recorder, Unbatched, touch
from pyinfra.api import (
    Config,
    FactBase,
    FileUploadCommand,
    FunctionCommand,
    Inventory,
    OperationError,
    OperationTypeError,
    OperationValueError,
    State,
    StringCommand,
    deploy,
    operation,
)
from pyinfra.api.connect import connect_all
from pyinfra.api.deploy import add_deploy, add_deploy_file
from pyinfra.api.exceptions import ArgumentTypeError, NestedOperationError, PyinfraError
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.api.state import Outcome
from pyinfra.context import config, host, state
from pyinfra.operations import python


class Notes(list):
    """A list that is passed on as it is: only plain lists are copied for a parked evaluation."""


class Ready(FactBase[str]):
    command = "echo ready"


@operation()
def look(seen: Notes, what=None):
    """Parks at its first fact, then notes what it sees."""
    host.get_fact(Ready, _env={"FRESH": str(len(seen))})
    seen.append(what() if callable(what) else what)
    yield "true"


@operation()
def refuses(path: str):
    host.get_fact(Exists, path)
    raise OperationError(f"{path} is in the way")
    yield ""


@operation()
def checked(level: str):
    if level not in ("low", "high"):
        raise OperationValueError(f"level must be low or high, not {level!r}")
    yield StringCommand("true")


@operation()
def put(text: StringIO, dest: Path):
    if host.get_fact(Content, dest) == text.read().splitlines():
        return
    yield FileUploadCommand(text, str(dest))


class TestParkedEvaluations:
    def test_see_shallow_copies_of_their_arguments(self, make_run):
        run, seen = make_run(), Notes()

        def code():
            given = [1, 2]
            look(seen, given)
            given.append(3)

        # what the evaluation keeps is the list as it was; execute sees the live one
        run.on(code)
        assert seen == [[1, 2]]
        run_ops(run.state)
        assert seen[-1] == [1, 2, 3]

    def test_see_host_data_as_it_was(self, make_run):
        run, seen = make_run(), Notes()

        def code():
            host.data.colour = "red"
            look(seen, lambda: host.data.colour)
            host.data.colour = "blue"
            look(seen, lambda: host.data.colour)

        run.on(code)
        assert sorted(seen) == ["blue", "red"]

    def test_see_config_and_cwd_as_they_were(self, make_run):
        run, seen = make_run(), Notes()

        def code():
            state.cwd = "/one"
            look(seen, lambda: (state.current_config.DIFF, state.cwd))
            config.DIFF = True
            state.cwd = "/two"
            look(seen, lambda: (state.current_config.DIFF, state.cwd))

        run.on(code)
        assert sorted(seen) == [(False, "/one"), (True, "/two")]

    def test_see_the_data_of_their_deploy(self, make_run):
        run, seen = make_run(), Notes()

        @deploy("First", data_defaults={"port": 1})
        def first():
            look(seen, lambda: host.data.port)

        @deploy("Second", data_defaults={"port": 2})
        def second():
            look(seen, lambda: host.data.port)

        run.on(lambda: (first(), second()))
        assert sorted(seen) == [1, 2]
        run_ops(run.state)
        assert sorted(seen) == [1, 1, 2, 2]

    def test_read_an_io_at_the_call_and_again_in_execute(self, make_run, folder: Path):
        run = make_run()
        (folder / "x").write_text("old\n")

        def code():
            text = StringIO("old\n")
            put(text, folder / "x")
            text.seek(0)
            text.write("new\n")

        run.on(code)
        assert run.state.meta[run.host].ops_no_change == 1
        run_ops(run.state)
        assert (folder / "x").read_text() == "new\n"

    def test_each_host_has_a_config_of_its_own(self, make_run):
        run, seen = make_run(["h1", "h2"]), {}

        def code():
            before = config.SUDO
            config.SUDO = host.name == "h1"
            host.get_fact(Ready, _sudo=False)
            seen[host.name] = (before, config.SUDO)

        run.on(code)
        assert seen == {"h1": (False, True), "h2": (False, False)}


class TestErrors:
    def test_bad_arguments_raise_at_the_call(self, make_run):
        run, after = make_run(), []

        def code():
            with pytest.raises(OperationTypeError, match=r"touch.*pth"):
                touch(pth="/x")
            with pytest.raises(OperationValueError, match="level must be"):
                checked("middling")
            with pytest.raises(ArgumentTypeError, match=r"_sduo; did you mean _sudo\?"):
                touch("/x", _sduo=True)
            after.append(True)

        run.on(code)
        assert after

    @pytest.mark.parametrize("yes", [False, True])
    def test_bad_arguments_stop_the_run_before_anything_happens(self, make_run, yes):
        run = make_run(yes=yes)
        with pytest.raises(OperationValueError, match="level must be") as raised:
            run.on(lambda: checked("middling"))
        assert raised.value.pyinfra_location[0] == __file__

    def test_a_guarded_call_is_waited_for_and_raises_there(self, make_run, folder: Path):
        run, caught = make_run(), []

        def code():
            try:
                refuses(folder / "x")
            except OperationError as error:
                caught.append(str(error))

        run.on(code)
        assert caught == [f"{folder}/x is in the way"]

    def test_elsewhere_it_is_raised_at_a_later_call_with_the_place_of_its_own(
        self, make_run, folder: Path, caplog
    ):
        run, reached = make_run(), []

        def code():
            refuses(folder / "x")
            reached.append("next line")
            host.get_fact(Ready)
            touch(folder / "y")
            reached.append("after the next call that could tell")

        with pytest.raises(PyinfraError):
            run.on(code)
        assert reached == ["next line"]
        assert f"{__file__}:" in caplog.text
        assert "is in the way" in caplog.text

    def test_whoever_waits_on_the_result_gets_it(self, make_run, folder: Path):
        run, caught = make_run(), []

        def code():
            result = refuses(folder / "x")
            try:
                assert result.changed
            except OperationError as error:
                caught.append(str(error))

        run.on(code)
        assert caught == [f"{folder}/x is in the way"]

    def test_with_yes_an_error_of_an_evaluation_means_may_change(self, make_run, folder: Path):
        run = make_run(yes=True)
        run.on(lambda: refuses(folder / "x"))
        [data] = run.state.ops[run.host].values()
        assert data.operation_meta.will_change
        assert not run.state.failed_hosts

    def test_without_yes_it_fails_its_host_alone(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])

        def code():
            if host.name == "h1":
                refuses(folder / "x")
            touch(folder / "y")

        run.on(code)
        assert [one.name for one in run.state.failed_hosts] == ["h1"]

    def test_did_change_raises_before_the_operation_ran(self, make_run, folder: Path):
        run = make_run()
        result = add_op(run.state, touch, folder / "x")[run.host]
        with pytest.raises(RuntimeError, match="has not run yet"):
            result.did_change()
        run_ops(run.state)
        assert result.did_change()

    def test_a_nested_call_says_how_it_is_done(self, make_run):
        @operation()
        def outer():
            touch("/x")
            yield "true"

        run = make_run()
        with pytest.raises(NestedOperationError, match=r"yield from .*touch._inner"):
            run.on(outer)


class TestTheApisFlow:
    def test_add_op_settles_all_hosts_before_it_returns(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        results = add_op(run.state, touch, folder / "x")
        assert [result._maybe_is_change for result in results.values()] == [True, True]
        assert [len(run.state.ops[one]) for one in run.hosts] == [1, 1]

    def test_add_deploy_settles_and_counts_operations(self, make_run, folder: Path):
        run = make_run()

        @deploy("Both")
        def both():
            touch(folder / "x")
            touch(folder / "y")

        before = len(run.state.ops[run.host])
        add_deploy(run.state, both)
        assert len(run.state.ops[run.host]) - before == 2
        names = [run.state.get_op_meta(op_hash).names for op_hash in run.state.get_op_order()]
        assert all(next(iter(name)).startswith("Both | ") for name in names)

    def test_an_operation_may_be_added_for_one_host(self, make_run, folder: Path):
        run = make_run(["h1", "h2"])
        assert list(add_op(run.state, touch, folder / "x", host=run.hosts[1])) == [run.hosts[1]]

    def test_nested_operations_run_at_once_in_functions(self, make_run, folder: Path):
        run, seen = make_run(), []

        def function():
            result = touch(folder / "inner")
            seen.append((result.did_change(), (folder / "inner").exists()))

        add_op(run.state, python.call, function)
        run_ops(run.state)
        assert seen == [(True, True)]

    def test_functions_block_without_stopping_others(self, make_run):
        run, meeting = make_run(["h1", "h2"]), threading.Barrier(2)
        add_op(run.state, python.call, lambda: meeting.wait(20))
        run_ops(run.state)
        assert not run.state.failed_hosts


class TestConnectorsOfOthers:
    def test_a_put_file_that_runs_commands_is_not_queued(self, make_run, folder: Path):
        class Nested(Unbatched):
            def put_file(self, filename_or_io, remote_filename, *args, **kwargs):
                self.host.get_fact(Ready)
                self.host.run_shell_command("true")
                return super().put_file(filename_or_io, remote_filename, *args, **kwargs)

        run = make_run(connector=Nested)
        # its own put_file hands the content to a command that drops stdin: only that it ends is of interest
        with pytest.raises(PyinfraError):
            run.host.put_file(StringIO("text"), str(folder / "x"))
        assert any("echo ready" in text for _, text in run.calls)

    def test_calls_go_one_at_a_time_a_host(self, make_run, folder: Path):
        run = make_run(connector=Unbatched)
        run.on(lambda: [touch(folder / str(number)) for number in range(8)])
        assert Recorder.most_at_once == 1


class TestAttributesOfTheCall:
    def test_belong_to_the_task(self, make_run):
        run, seen = make_run(["h1", "h2"]), []

        @operation()
        def note():
            host.get_fact(Ready)
            seen.append((host.name, host.in_op, host.current_op_hash is not None))
            yield "true"

        def code():
            assert not host.in_op
            note()
            assert not host.in_op

        run.on(code)
        assert sorted(seen) == [("h1", True, True), ("h2", True, True)]

    def test_threads_that_users_start_see_the_state(self, make_run):
        from pyinfra.context import ctx_state

        run, seen = make_run(), []
        ctx_state.set(run.state)
        thread = threading.Thread(target=lambda: seen.append(state.current_stage))
        thread.start()
        thread.join()
        assert seen == [run.state.current_stage]

    def test_noop_descriptions_belong_to_their_operation(self, make_run, folder: Path):
        run = make_run()
        (folder / "x").touch()
        (folder / "y").touch()
        run.on(lambda: (touch(folder / "x"), touch(folder / "y")))
        texts = [data.noop_description for data in run.state.ops[run.host].values()]
        assert texts == [f"{folder}/x is there", f"{folder}/y is there"]


def test_an_import_on_the_stack_is_waited_for_in_place(make_run, tmp_path: Path, monkeypatch):
    (tmp_path / "tasks_of_test.py").write_text(
        textwrap.dedent("""
        from pyinfra.context import host
        from pyinfra.operations import python
        order = [("begins", host.name)]
        from engine_kit import Exists
        host.get_fact(Exists, "/")
        from engine_kit import touch
        result = touch("/")
        assert result.changed is False
        order.append(("ends", host.name))
        """)
    )
    monkeypatch.syspath_prepend(tmp_path)
    run, seen = make_run(["h1", "h2"]), []

    def code():
        import tasks_of_test

        seen.append((host.name, list(tasks_of_test.order)))

    run.on(code)
    assert [order for _, order in seen] == [[("begins", "h1"), ("ends", "h1")]] * 2
    sys.modules.pop("tasks_of_test")


def test_deploy_files_have_their_own_config_and_folder(make_run, folder: Path):
    (folder / "deploy.py").write_text("from pyinfra import config, state\nconfig.SUDO_USER = state.cwd\n")
    run = make_run()
    add_deploy_file(run.state, str(folder / "deploy.py"))
    assert run.state.config.SUDO_USER is None


def test_an_exception_in_a_deploy_file_names_its_line(make_run, folder: Path):
    (folder / "deploy.py").write_text("def helper():\n    return 1 / 0\n\nhelper()\n")
    run = make_run()
    with pytest.raises(PyinfraError, match="ZeroDivisionError") as raised:
        add_deploy_file(run.state, str(folder / "deploy.py"))
    assert raised.value.pyinfra_location == (str(folder / "deploy.py"), 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [("x = (\n", r"deploy\.py:1: .*never closed"), ("\0", "null byte"), (None, "No such file")],
)
def test_a_deploy_file_that_is_none(make_run, folder: Path, text, message):
    path = folder / "deploy.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(PyinfraError, match=message):
        add_deploy_file(make_run().state, str(path))


def test_function_commands_may_be_yielded(make_run):
    run, seen = make_run(), []

    @operation(is_idempotent=False)
    def op():
        yield FunctionCommand(seen.append, ("called",), {})

    add_op(run.state, op)
    run_ops(run.state)
    assert seen == ["called"]
    [data] = run.state.ops[run.host].values()
    assert data.outcome is Outcome.CHANGED


def test_a_host_that_another_connect_left_unconnected_has_failed(monkeypatch):
    run = State(Inventory((["@local"], {})), Config())
    monkeypatch.setattr("pyinfra.api.host.Host.connect", lambda host, **how: False)
    with pytest.raises(PyinfraError):
        connect_all(run)
    assert {one.name for one in run.failed_hosts} == {"@local"}


@pytest.mark.slow
def test_it_works_under_gevents_monkey_patching(tmp_path: Path):
    pytest.importorskip("gevent")
    script = tmp_path / "patched.py"
    script.write_text(
        "from gevent import monkey; monkey.patch_all()\n"
        + textwrap.dedent("""
        from pyinfra.api import Config, FactBase, Inventory, State, operation
        from pyinfra.api.connect import connect_all
        from pyinfra.api.operation import add_op
        from pyinfra.api.operations import run_ops
        from pyinfra.context import host
        from pyinfra.operations import python
        import time

        class Who(FactBase):
            command = "id -u"

        @operation()
        def ask():
            host.get_fact(Who)
            yield "true"

        state = State(Inventory((["@local"], {})), Config())
        connect_all(state)
        add_op(state, ask)
        add_op(state, python.call, lambda: time.sleep(0.01) or host.get_fact(Who))
        run_ops(state)
        assert not state.failed_hosts
        print("fine")
        """)
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "fine\n", done.stderr
