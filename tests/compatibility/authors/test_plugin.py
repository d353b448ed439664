"""A plugin's tests, in the ways that published ones have: fixtures, patched names, contexts, the command line."""

import io
import json
import logging
from unittest.mock import MagicMock, mock_open, patch

import acme_ops
import pyinfra
import pytest
from click.testing import CliRunner
from pyinfra.api import Config, Inventory, MaskString, State, StringCommand
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS, all_argument_meta
from pyinfra.api.connect import connect_all
from pyinfra.api.exceptions import FactProcessError, OperationValueError
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.api.state import StateStage
from pyinfra.api.util import get_file_io, get_kwargs_str, make_hash
from pyinfra.connectors.util import run_local_process
from pyinfra.context import ctx_host, ctx_state
from pyinfra.operations import files, server
from pyinfra.operations.util import any_changed


class FakeHost:
    def __init__(self, facts=None):
        self.facts = facts or {}
        self.noops = []

    def get_fact(self, fact, *args, **kwargs):
        return self.facts[fact]

    def noop(self, description):
        self.noops.append(description)


@pytest.fixture
def state():
    state = State(Inventory((["@local"], {})), Config())
    connect_all(state)
    return state


@pytest.fixture
def host(state):
    return state.inventory.get_host("@local")


@pytest.fixture
def shelf():
    """A host whose connector is set by hand."""
    state = State(Inventory(([("rack", {"shelf_prefix": "top"})], {})), Config())
    host = state.inventory.get_host("rack")
    host.connector = acme_ops.ShelfConnector(state, host)
    host.connect()
    state.activate_host(host)
    state.set_stage(StateStage.Prepare)
    return host


class TestOperation:
    def test_module_host_is_patched(self, monkeypatch):
        fake = FakeHost({acme_ops.Jails: {"web": "down"}})
        monkeypatch.setattr(acme_ops, "host", fake)
        assert [str(bit) for bit in acme_ops.jail._inner("web")] == ["jail up web"]
        assert list(acme_ops.jail._inner("web", running=False)) == []
        assert fake.noops == ["jail web is down"]

    def test_get_fact_of_the_class_is_patched(self, state, host):
        facts = patch("pyinfra.api.host.Host.get_fact", return_value={"a b": "down"})
        with facts, ctx_state.use(state), ctx_host.use(host):
            commands = list(acme_ops.jail._inner("a b"))
        assert [command.get_raw_value() for command in commands] == ["jail up 'a b'"]

    def test_context_host_is_patched(self):
        fake = FakeHost()
        with patch("pyinfra.context.host", fake), patch("pyinfra.context.state", MagicMock(name="state")):
            import pyinfra.context

            assert pyinfra.context.host is fake
        assert pyinfra.context.host is not fake

    def test_a_value_that_is_not_allowed(self):
        with pytest.raises(OperationValueError, match="a jail has a name"):
            list(acme_ops.jail._inner(""))

    def test_docstring_and_flags(self):
        assert acme_ops.jail.__doc__ == "Start or stop a jail."
        assert acme_ops.jail.is_idempotent is True
        assert acme_ops.note.is_idempotent is False
        assert acme_ops.note.idempotent_notice == "Always writes."

    def test_inner_operation(self, state, host, tmp_path):
        add_op(state, acme_ops.note, str(tmp_path / "note"), "hello", name="Note")
        run_ops(state)
        assert (tmp_path / "note").read_text() == "hello\n"

    def test_any_changed(self, state, host, tmp_path):
        made = add_op(state, files.directory, str(tmp_path / "made"))[host]
        there = add_op(state, files.directory, str(tmp_path))[host]
        add_op(state, server.shell, f"echo 1 > {tmp_path}/ran", _if=any_changed(made, there))
        add_op(state, server.shell, f"echo 2 > {tmp_path}/not", _if=[made.did_change, there.did_change])
        run_ops(state)
        assert (tmp_path / "ran").exists()
        assert not (tmp_path / "not").exists()


class TestFact:
    def test_process(self):
        fact = acme_ops.Jails()
        assert fact.process(["web:up db:down"]) == {"web": "up", "db": "down"}
        assert fact.default() == {}
        with pytest.raises(FactProcessError):
            fact.process(["web"])

    def test_command(self):
        assert acme_ops.Jails().command(prefix="x ").get_raw_value() == "echo 'x web:up db:down'"

    def test_on_a_host(self, host):
        assert host.get_fact(acme_ops.Jails) == {"web": "up", "db": "down"}
        assert host.get_fact(acme_ops.Jails, prefix="ftp:up ")["ftp"] == "up"


class TestConnector:
    def test_commands(self, shelf):
        status, output = shelf.run_shell_command(
            StringCommand("jls", MaskString("secret")), _sudo=True, _timeout=5
        )
        assert (status, output.stdout_lines, output.stderr) == (True, ["web:down"], "")
        ((prefix, command, control),) = shelf.connector.commands
        assert (prefix, control["_timeout"]) == ("top", 5)
        assert command.startswith("sudo ")
        assert command.endswith("sh -c 'jls secret'")

    def test_fact_and_operation(self, shelf):
        assert shelf.get_fact(acme_ops.Jails) == {"web": "down"}
        added = add_op(shelf.state, acme_ops.jail, "web")
        run_ops(shelf.state)
        assert added[shelf].changed is True
        assert "jail up web" in shelf.connector.commands[-1][1]

    def test_files(self, shelf):
        assert shelf.connector.put_file(io.BytesIO(b"content"), "/etc/motd")
        assert shelf.connector.files == {"/etc/motd": b"content"}
        into = io.BytesIO()
        assert shelf.get_file("/etc/motd", into)
        assert into.getvalue() == b"content"

    def test_built_of_mocks(self):
        host = MagicMock()
        host.data.shelf_prefix = "low"
        connector = acme_ops.ShelfConnector(MagicMock(), host)
        assert connector.state is not None
        assert connector.host is host

    def test_names(self):
        assert list(acme_ops.ShelfConnector.make_names_data("a")) == [
            ("@shelf/a", {"shelf_name": "a"}, ["@shelf"])
        ]

    def test_reload_of_data(self, shelf):
        assert shelf.connector_data is not None
        assert shelf.data.shelf_prefix == "top"
        shelf.data.shelf_prefix = "else"
        assert shelf.data.shelf_prefix == "else"


class TestUtil:
    def test_small_things(self):
        acme_ops.warn_once()
        acme_ops.warn_once()
        assert acme_ops.SAID == ["beta"]
        assert make_hash({"a": [1, 2]}) == make_hash({"a": [1, 2]}) != make_hash({"a": [2, 1]})
        assert get_kwargs_str({"a": 1, "b": "x"}) == "a=1, b=x"
        assert {"_sudo", "_timeout", "_env"} <= set(CONNECTOR_ARGUMENT_KEYS)
        assert {"_sudo", "_if", "name"} <= set(all_argument_meta)

    def test_local_process(self):
        code, output = run_local_process("echo out; echo err >&2; exit 3")
        assert (code, output.stdout, output.stderr) == (3, "out", "err")
        assert isinstance(output, acme_ops.CommandOutput)

    def test_files_are_read_in_one_place(self):
        opened = patch("pyinfra.api.util.open", mock_open(read_data=b"patched"), create=True)
        with opened, get_file_io("/no/such/file") as file:
            assert file.read() == b"patched"


class TestCommandLine:
    def invoke(self, *arguments):
        from pyinfra_cli.main import cli

        return CliRunner().invoke(cli, list(arguments))

    def test_version_and_help(self):
        assert "pyinfra" in self.invoke("--version").output
        assert "INVENTORY" in self.invoke("--help").output

    def test_a_run(self, tmp_path):
        result = self.invoke("-y", "@local", "files.file", str(tmp_path / "made"))
        assert result.exit_code == 0, result.output
        assert (tmp_path / "made").exists()

    def test_a_failing_run(self):
        assert self.invoke("-y", "@local", "exec", "--", "false").exit_code == 1

    def test_print_meta_and_results(self, state):
        from pyinfra_cli.log import setup_logging
        from pyinfra_cli.prints import print_meta, print_results

        setup_logging(logging.WARNING)
        add_op(state, server.shell, "true")
        print_meta(state)
        run_ops(state)
        print_results(state)

    def test_json(self):
        from pyinfra_cli.util import json_encode

        assert json.loads(json.dumps({"set": {1}}, default=json_encode)) == {"set": [1]}

    def test_data_types_are_extended(self, monkeypatch):
        from pyinfra_cli import inventory

        monkeypatch.setattr(inventory, "ALLOWED_DATA_TYPES", (tuple, str, dict), raising=False)


def test_context_outside_of_a_run():
    assert pyinfra.state is not None
    assert pyinfra.host is not None
