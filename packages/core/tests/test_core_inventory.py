"""Hosts, groups and whose data wins."""

from __future__ import annotations

import copy
from unittest.mock import Mock

import pytest
from pyinfra.api import Config, HiddenValue, Inventory, State
from pyinfra.api.exceptions import (
    ConnectorDataTypeError,
    InventoryError,
    NoConnectorError,
    NoGroupError,
    NoHostError,
)
from pyinfra.api.host import HostData
from pyinfra.connectors.base import ConnectorData, DataMeta, host_to_connector_data


def data_of(inventory, name="h"):
    return inventory.get_host(name).data


class TestPrecedence:
    LEVELS = ("override", "host", "group", "all", "deploy")

    @pytest.mark.parametrize("highest", range(len(LEVELS)))
    def test_override_host_group_all_deploy(self, highest):
        at = [{"key": level} if number >= highest else {} for number, level in enumerate(self.LEVELS)]
        override, own, group, everyone, deploy = at
        inventory = Inventory(([("h", own)], everyone), override_data=override, web=(["h"], group))
        host = inventory.get_host("h")
        with host.deploy("d", None, deploy):
            assert host.data.key == self.LEVELS[highest]

    def test_of_two_groups_the_last_one_wins(self):
        groups = {"one": (["h"], {"a": 1, "b": 1}), "two": (["h"], {"b": 2, "c": 2})}
        data = data_of(Inventory((["h"], {}), **groups))
        assert (data.a, data.b, data.c) == (1, 2, 2)
        turned = data_of(Inventory((["h"], {}), **dict(reversed(groups.items()))))
        assert turned.b == 1

    def test_data_of_a_host_in_a_group_is_the_hosts(self):
        inventory = Inventory((["h"], {}), web=([("h", {"x": "host"})], {"x": "group"}))
        assert data_of(inventory).x == "host"

    def test_groups_data_is_for_their_hosts_only(self):
        inventory = Inventory((["h", "i"], {}), web=(["h"], {"x": 1}))
        assert "x" in data_of(inventory)
        assert "x" not in data_of(inventory, "i")

    def test_what_deploy_code_sets_stands_above_all(self):
        data = data_of(Inventory((["h"], {}), override_data={"x": 1}))
        data.x = 2
        assert (data.x, data.get("x"), data.dict()["x"]) == (2, 2, 2)

    def test_false_and_none_are_values(self):
        data = data_of(Inventory(([("h", {"off": False, "none": None})], {"off": True, "none": 1})))
        assert (data.off, data.none, "none" in data) == (False, None, True)


class TestHostData:
    def test_what_is_not_there(self):
        data = data_of(Inventory((["h"], {})))
        assert (data.get("x"), data.get("x", 5), hasattr(data, "x")) == (None, 5, False)
        with pytest.raises(AttributeError, match="host h has no data 'x'"):
            _ = data.x

    def test_a_source_may_be_called_for(self):
        host = Inventory((["h"], {})).get_host("h")
        data = HostData(host, {"a": 1}, lambda: {"a": 2, "b": 2})
        assert data.dict() == {"a": 1, "b": 2}

    def test_all_of_it(self):
        inventory = Inventory(([("h", {"a": 1})], {"b": 2}), web=(["h"], {"c": 3}))
        assert data_of(inventory).dict() == {"ssh_hostname": "h", "a": 1, "b": 2, "c": 3}

    def test_can_be_copied(self):
        data = data_of(Inventory((["h"], {"a": 1})))
        copied = copy.copy(data)
        copied.a = 2
        assert (copied.a, data.a, hasattr(copied, "__nothing__")) == (2, 1, False)

    def test_can_be_read_anew(self):
        inventory = Inventory((["h"], {}), web=(["h"], {"a": 1}))
        host = inventory.get_host("h")
        host.data.b = 2
        inventory.group_data["web"]["a"] = 5
        host.reload_data()
        assert host.data.dict() == {"ssh_hostname": "h", "a": 5}


class TestGroups:
    def test_hosts_are_there_once_and_in_order(self):
        inventory = Inventory((["b", "a"], {}), web=(["a", "c"], {}), db=(["b", "c"], {}))
        assert [host.name for host in inventory] == ["b", "a", "c"]
        assert [host.name for host in inventory.get_group("web")] == ["a", "c"]
        assert inventory.get_host("c").groups == ["web", "db"]
        assert len(inventory) == 3

    def test_a_group_may_be_empty(self):
        assert Inventory((["a"], {}), web=([], {})).get_group("web") == []

    def test_what_is_not_there(self):
        inventory = Inventory((["a"], {}))
        with pytest.raises(NoHostError, match=r"^no host 'b' in the inventory$"):
            inventory.get_host("b")
        with pytest.raises(NoGroupError, match=r"^no group 'web' in the inventory$"):
            inventory.get_group("web")
        assert inventory.get_host("b", None) is None
        assert inventory.get_group("web", "x") == "x"

    def test_none(self):
        assert len(Inventory.empty()) == 0

    def test_active_and_activated_hosts(self):
        inventory = Inventory((["@local"], {}))
        state = State(inventory, Config())
        host = inventory.get_host("@local")
        assert inventory.len_active_hosts() == 0
        state.activate_host(host)
        assert inventory.get_active_hosts() == [host]
        state.active_hosts.clear()
        assert (inventory.len_active_hosts(), inventory.len_activated_hosts()) == (0, 1)


class TestTwice:
    def test_alike_is_once(self):
        inventory = Inventory((["h", "h", ("i", {"x": 1}), ("i", {"x": 1})], {}))
        assert [host.name for host in inventory] == ["h", "i"]

    @pytest.mark.parametrize(
        "names", [["h", ("h", {"x": 1})], [("h", {"x": 1}), ("h", {"x": 2})], [("h", {"x": 1}), "h"]]
    )
    def test_with_different_data_is_refused_and_the_place_named(self, names):
        with pytest.raises(InventoryError, match="h stands in the inventory twice, with different data"):
            Inventory((names, {}))
        with pytest.raises(InventoryError, match="h stands in group web twice, with different data"):
            Inventory(([], {}), web=(names, {}))

    def test_in_two_groups_the_data_is_merged(self):
        inventory = Inventory(([], {}), web=([("h", {"a": 1})], {}), db=([("h", {"b": 2})], {}))
        assert data_of(inventory).dict() == {"ssh_hostname": "h", "a": 1, "b": 2}


class TestMalformed:
    @pytest.mark.parametrize(
        "item", [None, 5, "", ("h",), ("h", None), ("h", {}, {}), (5, {}), ("", {}), {"h": {}}, ["h", "i"]]
    )
    def test_hosts_are_shown(self, item):
        with pytest.raises(
            InventoryError, match=r"a host must be a name or a \(name, data\) tuple, not "
        ) as caught:
            Inventory((["ok", item], {}))
        assert repr(item) in str(caught.value)

    def test_a_dict_is_no_list_either(self):
        with pytest.raises(
            InventoryError, match=r"hosts must be a list, not \{'h': \{'x': 1\}\}: write \[\(name"
        ):
            Inventory(({"h": {"x": 1}}, {}))

    def test_a_name_is_no_list_of_letters(self):
        with pytest.raises(InventoryError, match=r"hosts must be a list, not 'web1': write \['web1'\]"):
            Inventory(("web1", {}))

    @pytest.mark.parametrize("value", [["a", "b"], "ab", ([],), None, ([], {}, {}), (None, {}), ([], 5)])
    def test_what_is_no_hosts_and_data(self, value):
        with pytest.raises(InventoryError, match=r"the inventory must be \(hosts, data\), a list and a dict"):
            Inventory(value)
        with pytest.raises(InventoryError, match=r"group web must be \(hosts, data\), a list and a dict"):
            Inventory((["h"], {}), web=value)


class TestConnectors:
    def test_an_unknown_one_is_named_with_what_is_near(self):
        with pytest.raises(
            NoConnectorError, match=r"the connector @locl is not installed.*did you mean local\?"
        ):
            Inventory((["@locl"], {}))

    def test_local_takes_no_name(self):
        with pytest.raises(InventoryError, match="@local takes no name"):
            Inventory((["@local/web"], {}))

    def test_local_is_a_group_too(self):
        inventory = Inventory((["@local"], {}))
        assert [host.name for host in inventory.get_group("@local")] == ["@local"]

    def test_a_bare_name_is_where_ssh_goes(self):
        assert data_of(Inventory((["web1"], {})), "web1").ssh_hostname == "web1"
        assert (
            data_of(Inventory(([("web1", {"ssh_hostname": "10.0.0.1"})], {})), "web1").ssh_hostname
            == "10.0.0.1"
        )


class Keys(ConnectorData):
    port: int
    user: str
    wait: float
    flags: list[str]
    either: int | str
    door_password: str


META = {"port": DataMeta("The port.", 22), "user": DataMeta("Who.")}


class TestConnectorData:
    def read(self, **data):
        return host_to_connector_data(Keys, META, data_of(Inventory(([("h", data)], {}))))

    def test_defaults_fill_in(self):
        assert self.read(user="me") == {
            "port": 22, "user": "me", "wait": None, "flags": None, "either": None, "door_password": None
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("key", "value"),
        [("port", "22"), ("port", True), ("user", 5), ("wait", "1"), ("flags", "-v"), ("either", 1.5)],
    )
    def test_the_wrong_type_is_refused_and_the_value_not_shown(self, key, value):
        with pytest.raises(
            ConnectorDataTypeError, match=f"host data {key} must be .*, not {type(value).__name__}"
        ):
            self.read(**{key: value})

    def test_a_mock_stands_for_anything(self):
        assert self.read(port=(stand_in := Mock()))["port"] is stand_in

    def test_right_ones(self):
        found = self.read(port=1, wait=1, flags=["-v"], either="x")
        assert (found["port"], found["wait"], found["flags"], found["either"]) == (1, 1, ["-v"], "x")

    def test_passwords_are_hidden_from_then_on(self):
        from pyinfra.api.hiddenvalue import mask

        assert self.read(door_password=HiddenValue("canary-door-1"))["door_password"] == "canary-door-1"
        self.read(door_password="canary-door-2")
        assert mask("canary-door-1 canary-door-2") == "*MASKED* *MASKED*"
