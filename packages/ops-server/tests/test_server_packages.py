import pytest
from pyinfra.api.exceptions import PluginError
from pyinfra.operations import server
from pyinfra.operations.server._packages import COMMANDS
from pyinfra_testkit.deploys import assert_idempotent, run_deploy
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


@pytest.mark.real_hosts
def test_on_a_host_with_apt(ssh_host):
    assert ssh_host.exec("apt-get", "update").returncode == 0
    for present in (True, False):
        assert_idempotent(
            ssh_host,
            lambda present=present: server.packages(name="x", packages="tree", present=present),
            SUDO=True,
        )
        assert (ssh_host.root / "usr/bin/tree").exists() is present


@pytest.mark.real_hosts
def test_on_a_host_without_any(ssh_host, caplog):
    (ssh_host.root / "usr/bin/apt").unlink()
    result = run_deploy(ssh_host, lambda: server.packages(name="install", packages="tree"), SUDO=True)
    assert ssh_host.name in result.failed
    assert "No system package manager found (no apk, apt," in caplog.text
