import io
import re
import threading

import pytest
from pyinfra.api import Config, FactBase, Inventory, MaskString, State, StringCommand
from pyinfra.api.connect import connect_all
from pyinfra.api.exceptions import ConnectorDataTypeError
from pyinfra.api.operation import add_op, operation
from pyinfra.api.operations import run_ops
from pyinfra.connectors.fake import FakeConnector


def make_connector(**data):
    inventory = Inventory(([("@fake/one", data)], {}))
    state = State(inventory, Config())
    return FakeConnector(state, inventory.get_host("@fake/one"))


def run(connector, command, **arguments):
    success, output = connector.run_shell_command(StringCommand(command), **arguments)
    return success, output.stdout_lines, output.stderr_lines


@pytest.mark.parametrize(("name", "host"), [(None, "@fake"), ("", "@fake"), ("web-1", "@fake/web-1")])
def test_names(name, host):
    assert list(FakeConnector.make_names_data(name)) == [(host, {}, ["@fake"])]


def test_every_command_succeeds_and_is_remembered():
    connector = make_connector()
    assert run(connector, "uname -a") == (True, [], [])
    assert run(connector, "rm -rf /") == (True, [], [])
    assert connector.executed_commands == ["uname -a", "rm -rf /"]


def test_secrets_are_remembered_masked():
    connector = make_connector()
    connector.run_shell_command(StringCommand("login", MaskString("a-secret-password")))
    assert "a-secret-password" not in connector.executed_commands[0]


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("one\ntwo\n", (True, ["one", "two"], [])),
        (["one", "", "two"], (True, ["one", "", "two"], [])),
        (None, (True, [], [])),
        ({"stdout": "one", "stderr": ["two"]}, (True, ["one"], ["two"])),
        ({"success": True}, (True, [], [])),
        ({"stderr": "no", "success": False}, (False, [], ["no"])),
        ({"exit_code": 0}, (True, [], [])),
        ({"exit_code": 3, "stdout": "three"}, (False, ["three"], [])),
    ],
)
def test_a_response(response, answer):
    assert run(make_connector(fake_responses={"cat": response}), "cat /etc/motd") == answer


def test_the_first_matcher_wins():
    connector = make_connector(
        fake_responses={"secret": "text", re.compile("^secret [0-9]+$"): "pattern", "other": "other"}
    )
    assert run(connector, "secret 1")[1] == ["text"]
    assert run(connector, "an other one")[1] == ["other"]


def test_patterns_are_searched_and_text_is_no_pattern():
    connector = make_connector(fake_responses={re.compile("[0-9]{3}"): "pattern", "a.c": "text"})
    assert run(connector, "chmod 644 x")[1] == ["pattern"]
    assert run(connector, "abc")[1] == []
    assert run(connector, "a.c")[1] == ["text"]


def test_other_exit_codes_may_mean_success():
    connector = make_connector(fake_responses={"grep": {"exit_code": 1}})
    assert run(connector, "grep x y", _success_exit_codes=[0, 1])[0]
    assert not run(connector, "grep x y")[0]


def test_exit_codes_are_told():
    connector = make_connector(fake_responses={"grep": {"exit_code": 2}})
    assert connector.run_shell_command(StringCommand("grep"))[1].exit_code == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"fake_responses": {1: "x"}}, "keys of fake_responses"),
        ({"fake_responses": {re.compile(b"x"): "x"}}, "keys of fake_responses"),
        ({"fake_responses": {"a": 5}}, r"fake_responses\['a'\] must be a str"),
        ({"fake_responses": {"a": ["x", 5]}}, r"fake_responses\['a'\] must be a str"),
        ({"fake_responses": {"a": {"stdout": 5}}}, r"fake_responses\['a'\]\['stdout'\]"),
        ({"fake_responses": {"a": {"status": 1}}}, "exit_code, stderr, stdout, success, not 'status'"),
        ({"fake_responses": {"a": {"exit_code": "1"}}}, "a whole number as exit_code"),
        ({"fake_responses": {"a": {"exit_code": 1, "success": True}}}, "not both"),
        ({"fake_responses": ["a"]}, "fake_responses must be dict"),
        ({"fake_delay": -1}, "fake_delay must be a number of seconds"),
        ({"fake_delay_jitter": float("inf")}, "fake_delay_jitter must be a number of seconds"),
        ({"fake_delay": "soon"}, "fake_delay must be"),
    ],
)
def test_bad_data_is_refused(data, message):
    with pytest.raises(ConnectorDataTypeError, match=message):
        make_connector(**data)


def test_files_are_remembered(tmp_path):
    connector = make_connector()
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"\0bytes")
    assert connector.put_file(str(source), "/etc/a")
    assert connector.put_file(io.StringIO("text é"), "/etc/b")
    assert connector.uploaded_files == {"/etc/a": b"\0bytes", "/etc/b": "text é".encode()}
    assert connector.get_file("/etc/a", str(target))
    assert target.read_bytes() == b"\0bytes"
    into = io.BytesIO()
    assert connector.get_file("/never/uploaded", into)
    assert into.getvalue() == b""
    assert connector.downloaded_files == ["/etc/a", "/never/uploaded"]


def test_a_source_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        make_connector().put_file("/no/such/file", "/etc/a")


def test_delays_are_waited_for(monkeypatch):
    waited = []
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: waited.append(timeout))
    connector = make_connector(fake_delay=2, fake_delay_jitter=1)
    connector.run_shell_command(StringCommand("true"))
    connector.put_file(io.BytesIO(), "/a")
    assert all(2 <= seconds <= 3 for seconds in waited)
    assert len(waited) == 2


def test_delays_from_the_environment(monkeypatch):
    monkeypatch.setenv("PYINFRA_FAKE_DELAY", "7")
    waited = []
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: waited.append(timeout))
    make_connector().run_shell_command(StringCommand("true"))
    make_connector(fake_delay=3).run_shell_command(StringCommand("true"))
    assert waited == [7, 3]


def test_a_delay_that_is_no_number(monkeypatch):
    monkeypatch.setenv("PYINFRA_FAKE_DELAY_JITTER", "soon")
    with pytest.raises(ConnectorDataTypeError, match="fake_delay_jitter must be a number"):
        make_connector()


def test_a_disconnected_host_waits_no_more():
    connector = make_connector(fake_delay=600)
    connector.connect()
    connector.disconnect()
    assert run(connector, "true") == (True, [], [])


class Flavour(FactBase):
    command = "flavour --show"

    def requires_command(self):
        return "flavour"

    def process(self, output):
        return output[0]


@operation()
def flavoured(flavour):
    from pyinfra import host

    if host.get_fact(Flavour) == flavour:
        host.noop(f"flavour is {flavour}")
    else:
        yield StringCommand("flavour --set", flavour)


def test_a_run():
    inventory = Inventory(
        (
            [
                ("@fake/sweet", {"fake_responses": {"flavour --show": "sweet"}}),
                ("@fake/sour", {"fake_responses": {"flavour --show": "sour"}}),
                (
                    "@fake/broken",
                    {"fake_responses": {"--show": "sour", "--set": {"stderr": "stuck", "success": False}}},
                ),
            ],
            {},
        )
    )
    state = State(inventory, Config())
    connect_all(state)
    results = add_op(state, flavoured, "sweet")
    run_ops(state)
    by_name = {host.name: result for host, result in results.items()}
    assert not by_name["@fake/sweet"].did_change()
    assert by_name["@fake/sour"].did_change()
    assert by_name["@fake/broken"].did_error()
    assert inventory.get_host("@fake/sour").connector.executed_commands[-1] == "flavour --set sweet"


def test_an_upload_in_a_run_has_its_own_name():
    inventory = Inventory((["@fake/one"], {}))
    state = State(inventory, Config())
    connect_all(state)
    host = inventory.get_host("@fake/one")
    assert host.put_file(io.StringIO("hello\n"), "/etc/motd")
    assert host.connector.uploaded_files == {"/etc/motd": b"hello\n"}
    assert host.connector.executed_commands == []
