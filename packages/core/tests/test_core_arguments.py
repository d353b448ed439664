"""Global arguments: where their values come from, and which are refused."""

from __future__ import annotations

import pytest
from pyinfra.api import Config, HiddenValue, Inventory, State
from pyinfra.api.arguments import (
    CONNECTOR_ARGUMENT_KEYS,
    EXECUTION_KWARG_KEYS,
    all_argument_meta,
    all_global_arguments,
    pop_global_arguments,
    refuse_unknown_arguments,
)
from pyinfra.api.exceptions import ArgumentTypeError
from pyinfra.api.hiddenvalue import mask


def host_with(data=None, **config):
    state = State(Inventory(([("@local", data or {})], {})), Config(**config))
    return next(iter(state.inventory))


def taken(host, **kwargs):
    return pop_global_arguments(host.state, host, kwargs)[0]


class TestPrecedence:
    @pytest.mark.parametrize(
        ("call", "deploy", "data", "config", "user"),
        [
            ({"_sudo_user": "call"}, {"_sudo_user": "deploy"}, "data", "config", "call"),
            ({}, {"_sudo_user": "deploy"}, "data", "config", "deploy"),
            ({}, {}, "data", "config", "data"),
            ({}, {}, None, "config", "config"),
            ({}, {}, None, None, None),
            ({"_sudo_user": None}, {"_sudo_user": "deploy"}, "data", "config", None),
        ],
    )
    def test_call_then_deploy_then_data_then_config(self, call, deploy, data, config, user):
        host = host_with({"_sudo_user": data} if data else {}, SUDO_USER=config)
        with host.arguments(**deploy):
            assert taken(host, **call)["_sudo_user"] == user

    def test_every_argument_is_given(self):
        assert taken(host_with()).keys() == all_argument_meta.keys()

    def test_what_the_call_itself_gave_is_told_and_taken_out(self):
        host = host_with({"_sudo": True})
        kwargs = {"_sudo": False, "path": "/x", "name": "n", "_own": 1}
        arguments, given = pop_global_arguments(host.state, host, kwargs)
        assert (arguments["_sudo"], arguments["name"], sorted(given)) == (False, "n", ["_sudo", "name"])
        assert kwargs == {"path": "/x", "_own": 1}

    def test_a_name_is_nobodys_but_the_calls(self):
        host = host_with({"name": "data"})
        with host.arguments(name="deploy"):
            assert taken(host)["name"] is None

    def test_a_deploys_own_config_counts(self):
        from pyinfra.context import ctx_config

        host = host_with()
        with ctx_config.use(Config(SUDO=True)):
            assert taken(host)["_sudo"] is True
        assert taken(host)["_sudo"] is False


class TestDefaults:
    def test_they_follow_the_config(self):
        host = host_with()
        assert taken(host)["_sudo_user"] is None
        host.state.config.SUDO_USER = "pg"
        assert taken(host)["_sudo_user"] == "pg"
        assert taken(host_with())["_sudo_user"] is None

    def test_they_follow_the_environment(self, monkeypatch):
        host = host_with(INHERIT_ENV=["PYINFRA_TEST_COLOUR"])
        assert taken(host)["_env"] == {}
        monkeypatch.setenv("PYINFRA_TEST_COLOUR", "red")
        assert taken(host)["_env"] == {"PYINFRA_TEST_COLOUR": "red"}

    @pytest.mark.parametrize("key", all_argument_meta)
    def test_none_is_shared_that_can_be_changed(self, key):
        host = host_with()
        first, second = taken(host), taken(host)
        assert first[key] == second[key]
        assert first[key] is not second[key] or not isinstance(first[key], list | dict | set)

    def test_changing_what_was_taken_changes_nothing_else(self):
        host = host_with()
        first = taken(host)
        first["_sudo"] = True
        first["_env"]["A"] = "1"
        assert (taken(host)["_sudo"], taken(host)["_env"]) == (False, {})


class TestTypes:
    @pytest.mark.parametrize(
        ("key", "value", "wanted"),
        [
            ("_sudo", "yes", "bool"),
            ("_sudo_user", 5, "str"),
            ("_chdir", ["/x"], "str"),
            ("_env", ["A=1"], "Mapping"),
            ("_timeout", "5", "int or float"),
            ("_retries", 1.5, "int"),
            ("_retry_until", True, "Callable"),
            ("_success_exit_codes", 1.5, "int or Iterable"),
            ("_success_exit_codes", ["0"], "numbers"),
            ("_success_exit_codes", "0", "numbers"),
            ("_parallel", "all", "int"),
            ("name", 3, "str"),
        ],
    )
    @pytest.mark.parametrize("where", ["call", "deploy", "data"])
    def test_the_wrong_ones_are_refused_wherever_they_stand(self, key, value, wanted, where):
        if key == "name" and where != "call":
            return
        host = host_with({key: value} if where == "data" else {})
        with (
            host.arguments(**({key: value} if where == "deploy" else {})),
            pytest.raises(ArgumentTypeError, match=f"{key} must be {wanted}, not"),
        ):
            taken(host, **({key: value} if where == "call" else {}))

    @pytest.mark.parametrize("key", ["_sudo_password", "_su_password"])
    def test_a_password_of_the_wrong_type_does_not_show(self, key):
        with pytest.raises(ArgumentTypeError) as caught:
            taken(host_with(), **{key: 73737373})
        assert "7373" not in str(caught.value)
        assert "a int" in str(caught.value)

    @pytest.mark.parametrize("key", list(all_argument_meta))
    def test_none_is_always_allowed(self, key):
        taken(host_with(), **{key: None})


class TestHandlers:
    def test_environments_are_texts_above_what_is_inherited(self, monkeypatch):
        monkeypatch.setenv("CORE_TEST_A", "ours")
        monkeypatch.setenv("CORE_TEST_B", "ours")
        secret = HiddenValue("canary-env")
        host = host_with(INHERIT_ENV=["CORE_TEST_A", "CORE_TEST_B", "CORE_TEST_NONE"])
        env = taken(host, _env={"CORE_TEST_B": "theirs", "N": 1, "S": secret})["_env"]
        assert env == {"CORE_TEST_A": "ours", "CORE_TEST_B": "theirs", "N": "1", "S": secret}

    @pytest.mark.parametrize(("given", "codes"), [(3, [3]), ([0, 1], [0, 1]), ((2,), [2]), (None, [0])])
    def test_exit_codes(self, given, codes):
        assert taken(host_with(), _success_exit_codes=given)["_success_exit_codes"] == codes

    @pytest.mark.parametrize("where", ["call", "data", "config"])
    def test_a_password_is_hidden_from_then_on(self, where):
        password = f"canary-password-{where}"
        host = host_with(
            {"_sudo_password": HiddenValue(password)} if where == "data" else {},
            SUDO_PASSWORD=password if where == "config" else None,
        )
        found = taken(host, **({"_sudo_password": password} if where == "call" else {}))
        assert found["_sudo_password"] == password
        assert mask(f"it is {password}") == "it is *MASKED*"


class TestIf:
    def yes(self):
        return True

    def test_one_a_list_or_none(self):
        host = host_with()
        assert taken(host, _if=self.yes)["_if"] == [self.yes]
        assert taken(host, _if=[self.yes, self.yes])["_if"] == [self.yes, self.yes]
        assert taken(host, _if=None)["_if"] == []
        assert taken(host)["_if"] == []

    @pytest.mark.parametrize("value", [True, False, "yes", [True], [None], 0])
    def test_what_can_not_be_called_is_refused_and_told_how_to_write_it(self, value):
        with pytest.raises(ArgumentTypeError, match=r"_if must be a function .*_if=result\.did_change"):
            taken(host_with(), _if=value)

    def test_conditions_of_a_surrounding_with_add_up(self):
        host = host_with()
        with host.when(self.yes), host.when(all):
            assert taken(host)["_if"] == [self.yes, all]

    def test_a_condition_given_to_a_with_may_stand_alone(self):
        host = host_with()
        with host.arguments(_if=self.yes):
            assert taken(host)["_if"] == [self.yes]


class TestUnknown:
    def test_a_near_one_is_suggested(self):
        with pytest.raises(
            ArgumentTypeError, match=r"files\.put: unknown global argument _sduo; did you mean _sudo\?"
        ):
            refuse_unknown_arguments({"_sduo": True}, [], "files.put")

    def test_one_that_is_near_none(self):
        with pytest.raises(ArgumentTypeError, match=r"unknown global argument _zzzzzz$"):
            refuse_unknown_arguments({"_zzzzzz": True}, [], "files.put")

    def test_the_callees_own_are_its_own(self):
        refuse_unknown_arguments({"_own": 1, "path": "/x", "sudo": 1}, ["_own"], "files.put")


class TestTable:
    def test_every_argument_is_described(self):
        for key, meta in all_argument_meta.items():
            assert meta.description.endswith("."), key

    def test_each_stands_in_one_list(self):
        both = set(CONNECTOR_ARGUMENT_KEYS) & set(EXECUTION_KWARG_KEYS)
        assert not both
        assert {name for name, _ in all_global_arguments()} == set(all_argument_meta)
