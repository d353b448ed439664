"""Runs that are built by hand: State, Inventory, Config, add_op, run_ops, get_facts, connect_all."""

# ruff: noqa: PT027, PTH110, PTH118, PTH123 - as such files are written

import io
import os
import shutil
import tempfile
from unittest import TestCase
from unittest.mock import MagicMock, patch

from pyinfra.api import (
    BaseStateCallback,
    Config,
    FactBase,
    Inventory,
    State,
    StringCommand,
    deploy,
    operation,
)
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.deploy import add_deploy
from pyinfra.api.exceptions import OperationError, PyinfraError
from pyinfra.api.facts import get_facts
from pyinfra.api.operation import OperationMeta, add_op
from pyinfra.api.operations import run_ops
from pyinfra.api.state import StateStage
from pyinfra.context import ctx_host, ctx_state
from pyinfra.context import host as context_host
from pyinfra.context import state as context_state
from pyinfra.facts.server import Arch, Command
from pyinfra.operations import files, python, server


def make_inventory(hosts=("@local",), **kwargs):
    return Inventory((hosts, {}), **kwargs)


def make_state(inventory=None, **config):
    state = State(inventory or make_inventory(), Config(**config))
    connect_all(state)
    return state


class RecordingCallback(BaseStateCallback):
    def __init__(self):
        self.calls = []

    def host_connect(self, state, host):
        self.calls.append(("connect", host.name))

    def operation_start(self, state, op_hash):
        self.calls.append(("start", sorted(state.get_op_meta(op_hash).names)))

    def operation_host_success(self, state, host, op_hash, *args):
        self.calls.append(("success", host.name))

    def operation_end(self, state, op_hash):
        self.calls.append(("end", sorted(state.get_op_meta(op_hash).names)))


class FlowTestCase(TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)


class TestRun(FlowTestCase):
    def test_add_op_and_run_ops(self):
        state = make_state()
        host = state.inventory.get_host("@local")

        added = add_op(state, files.directory, path=self.path("made"))
        assert isinstance(added[host], OperationMeta)
        put = add_op(state, files.put, io.StringIO("hello\n"), self.path("made/file"), name="Greet")
        add_op(state, server.shell, f"echo again >> {self.path('made/file')}", name="Again")

        assert len(state.ops[host]) == 3
        order = state.get_op_order()
        assert len(order) == 3
        assert state.get_op_meta(order[1]).names == {"Greet"}
        assert state.get_op_data_for_host(host, order[1]).operation_meta is put[host]
        assert not os.path.exists(self.path("made"))

        run_ops(state)
        with open(self.path("made/file")) as made:
            assert made.read() == "hello\nagain\n"
        assert added[host].changed is True
        assert added[host].did_succeed() is True
        assert state.results[host].ops == 3
        assert state.results[host].success_ops == 3
        assert state.results[host].error_ops == 0
        assert not state.failed_hosts
        disconnect_all(state)

    def test_nothing_to_change(self):
        for changed in (True, False):
            state = make_state()
            host = state.inventory.get_host("@local")
            added = add_op(state, files.file, self.path("touched"))
            run_ops(state)
            assert added[host].changed is changed
            assert added[host].is_complete()

    def test_get_facts(self):
        state = make_state()
        host = state.inventory.get_host("@local")
        assert get_facts(state, Command, kwargs={"command": "echo one; echo two"}) == {host: "one\ntwo"}
        assert get_facts(state, Arch) == {host: host.get_fact(Arch)}

    def test_op_for_some_hosts(self):
        inventory = Inventory(
            (["somehost", ("anotherhost", {"role": "db"})], {}), web=(["somehost"], {"port": 80})
        )
        assert [host.name for host in inventory] == ["somehost", "anotherhost"]
        assert [host.name for host in inventory.get_group("web")] == ["somehost"]
        assert inventory.get_host("somehost").data.port == 80
        assert inventory.get_host("anotherhost").data.role == "db"
        assert inventory.get_host("anotherhost").data.get("port") is None
        assert len(inventory) == 2

        state = State(inventory, Config())
        for host in inventory:
            state.activate_host(host)
        state.set_stage(StateStage.Prepare)
        added = add_op(state, server.shell, 'echo "hi"', host=inventory.get_host("somehost"))
        assert [host.name for host in added] == ["somehost"]
        assert len(state.ops[inventory.get_host("somehost")]) == 1
        assert len(state.ops[inventory.get_host("anotherhost")]) == 0

    def test_function_op(self):
        state = make_state()
        called = MagicMock()
        add_op(state, python.call, called, 1, word="two")
        run_ops(state)
        called.assert_called_once_with(1, word="two")

    def test_run_ops_serial_and_no_wait(self):
        for arguments in ({"serial": True}, {"no_wait": True}):
            state = make_state()
            add_op(state, server.shell, f"echo x >> {self.path('lines')}")
            run_ops(state, **arguments)
        with open(self.path("lines")) as lines:
            assert lines.read() == "x\nx\n"


class TestFailures(FlowTestCase):
    def test_failed_host(self):
        state = make_state()
        host = state.inventory.get_host("@local")
        add_op(state, server.shell, "exit 3")
        with self.assertRaises(PyinfraError):
            run_ops(state)
        assert state.failed_hosts == {host}
        assert state.results[host].error_ops == 1

    def test_ignored_failure(self):
        state = make_state()
        host = state.inventory.get_host("@local")
        added = add_op(state, server.shell, "exit 3", _ignore_errors=True)
        run_ops(state)
        assert not state.failed_hosts
        assert added[host].did_error() is True
        assert state.results[host].ignored_error_ops == 1

    def test_no_host_connects(self):
        with patch("pyinfra.api.host.Host.connect", return_value=False) as connect:
            state = State(make_inventory(["one", "two"]), Config())
            with self.assertRaises(PyinfraError):
                connect_all(state)
        assert connect.call_count == 2

    def test_bad_arguments(self):
        state = make_state()
        with self.assertRaises(OperationError):
            add_op(state, files.link, path=self.path("link"), present=True)


class TestCallbacks(FlowTestCase):
    def test_order(self):
        state = State(make_inventory(), Config())
        callback = RecordingCallback()
        state.add_callback_handler(callback)
        assert callback in state.callback_handlers
        connect_all(state)
        add_op(state, server.shell, "true", name="Do nothing")
        run_ops(state)
        assert callback.calls == [
            ("connect", "@local"),
            ("start", ["Do nothing"]),
            ("success", "@local"),
            ("end", ["Do nothing"]),
        ]


class Words(FactBase):
    def command(self, text):
        return StringCommand("echo", text)

    def process(self, output):
        return [word for line in output for word in line.split()]


@operation()
def ensure_words(path, text):
    """Write words to a file."""
    words = context_host.get_fact(Words, text=text)
    if context_host.get_fact(Command, f"cat {path} 2>/dev/null || true") == " ".join(words):
        context_host.noop("the words are there")
        return
    yield StringCommand("echo", *words, ">", path)


@deploy("Write all words")
def write_words(folder, count=2):
    for number in range(count):
        ensure_words(name=f"Words {number}", path=os.path.join(folder, str(number)), text="a b")


class TestOwnOperations(FlowTestCase):
    def test_operation(self):
        for changed in (True, False):
            state = make_state()
            added = add_op(state, ensure_words, self.path("words"), "one two")
            run_ops(state)
            assert [meta.changed for meta in added.values()] == [changed]
        with open(self.path("words")) as words:
            assert words.read() == "one two\n"

    def test_deploy(self):
        state = make_state()
        host = state.inventory.get_host("@local")
        before = len(state.ops[host])
        add_deploy(state, write_words, self.folder, count=3)
        assert len(state.ops[host]) - before == 3
        names = [name for op_hash in state.get_op_order() for name in state.get_op_meta(op_hash).names]
        assert names == [f"Write all words | Words {number}" for number in range(3)]
        run_ops(state)
        assert sorted(os.listdir(self.folder)) == ["0", "1", "2"]

    def test_nested_call_in_context(self):
        state = make_state()
        host = state.inventory.get_host("@local")
        state.set_stage(StateStage.Prepare)
        with ctx_state.use(state), ctx_host.use(host):
            assert context_host.name == "@local"
            assert context_state.inventory is state.inventory
            meta = server.shell(commands="true")
        assert isinstance(meta, OperationMeta)
        assert len(state.get_op_order()) == 1

    def test_commands_of_an_operation(self):
        host = MagicMock()
        host.get_fact.side_effect = lambda fact, *args, **kwargs: ["a", "b"] if fact is Words else ""
        with patch(f"{__name__}.context_host", host):
            commands = list(ensure_words._inner(path="/words", text="a b"))
        assert [str(command) for command in commands] == ["echo a b > /words"]
        host.noop.assert_not_called()


class TestPatchedFacts(FlowTestCase):
    def test_get_fact_is_patched(self):
        state = make_state()
        with patch(
            "pyinfra.api.host.Host.get_fact", return_value={"mode": 644, "user": "root", "group": "root"}
        ):
            added = add_op(state, files.directory, "/nowhere", mode="644")
        assert [meta.will_change for meta in added.values()] == [False]
