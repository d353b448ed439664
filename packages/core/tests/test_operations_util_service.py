import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations.util.service import (
    check_service_name,
    check_switch,
    end_of_options,
    handle_service_control,
)


class Host:
    def __init__(self):
        self.noops = []

    def noop(self, description):
        self.noops.append(description)


def control(statuses, **wanted):
    host = Host()
    commands = handle_service_control(host, "app", statuses, "ctl {1} {0}", **wanted)
    return [
        command.get_raw_value().removeprefix("ctl ").removesuffix(" app") for command in commands
    ], host.noops


@pytest.mark.parametrize(
    ("status", "wanted", "actions"),
    [
        (True, {"running": True}, []),
        (True, {"running": False}, ["stop"]),
        (True, {"running": True, "restarted": True}, ["restart"]),
        (True, {"restarted": True, "reloaded": True}, ["restart", "reload"]),
        (True, {"running": False, "restarted": True, "reloaded": True}, ["stop"]),
        (True, {"running": False, "command": "reset-failed"}, ["stop", "reset-failed"]),
        (False, {"running": True, "restarted": True, "reloaded": True}, ["start"]),
        (False, {"running": False}, []),
        (False, {"restarted": True}, []),
        (False, {"command": "one 'two three'"}, ["one 'two three'"]),
        (None, {"running": True}, ["start"]),
        (None, {"running": False}, ["stop"]),
        (None, {"restarted": True}, []),
    ],
)
def test_actions(status, wanted, actions):
    assert control({"app": status}, **wanted)[0] == actions


@pytest.mark.parametrize(
    ("statuses", "wanted", "noop"),
    [
        ({"app": True}, {"running": True}, "service app is running"),
        ({"app": False}, {"running": False}, "service app is stopped"),
        ({}, {"running": False}, "service app is stopped"),
        ({"app": False}, {"reloaded": True}, "service app is not running"),
    ],
)
def test_what_is_not_done_is_explained(statuses, wanted, noop):
    assert control(statuses, **wanted) == ([], [noop])


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_names_that_no_service_has(name):
    with pytest.raises(OperationValueError, match="service must be the name of a service"):
        check_service_name(name)


def test_quotes_that_are_not_closed():
    with pytest.raises(OperationValueError, match="command must be one or more words"):
        control({"app": True}, command="it's")


@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1))
def test_any_name_is_one_word(name):
    (command,) = handle_service_control(
        Host(), name, {}, f"ctl {end_of_options(name)}{{0}} {{1}}", running=True
    )
    dashes = ["--"] if name.startswith("-") else []
    assert shlex.split(command.get_raw_value()) == ["ctl", *dashes, name, "start"]


@pytest.mark.parametrize("name", [None, 80, b"nginx", ["nginx"]])
def test_the_name_of_a_service_is_text(name):
    with pytest.raises(OperationTypeError, match="service must be the name of a service"):
        check_service_name(name)


@pytest.mark.parametrize("value", ["no", "false", 0, 1, ""])
def test_a_switch_is_on_or_off_or_neither(value):
    with pytest.raises(OperationTypeError, match="enabled must be True, False or None"):
        check_switch("enabled", value)
    with pytest.raises(OperationTypeError, match="running must be True, False or None"):
        control({"app": True}, running=value)


def test_a_command_for_a_service_is_text():
    with pytest.raises(OperationTypeError, match="command must be one or more words"):
        control({"app": True}, command=3)
