import pytest
from pyinfra.api.exceptions import PluginError
from pyinfra.operations import server
from pyinfra.operations.server._packages import COMMANDS
from pyinfra_testkit.fakes import on_fake_host


def test_a_package_manager_whose_plugin_is_not_installed(monkeypatch):
    monkeypatch.setitem(COMMANDS, "zypper", "nosuch")
    facts = {"server.Which": {"command=zypper": "/usr/bin/zypper"}}
    with (
        on_fake_host(facts),
        pytest.raises(PluginError, match=r"^pyinfra\.operations\.nosuch is not installed"),
    ):
        list(server.packages._inner("git"))


def test_names_are_checked_by_the_package_manager():
    facts = {"server.Which": {"command=zypper": None, "command=apk": "/sbin/apk"}}
    with (
        on_fake_host(facts),
        pytest.raises(ValueError, match="packages must be names of packages, not '--root=/x'"),
    ):
        list(server.packages._inner(["git", "--root=/x"]))
