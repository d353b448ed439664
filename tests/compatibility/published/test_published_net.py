"""`pyinfra-net`: its connector, facts and operations, with a stand-in for a switch."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from pyinfra_testkit.connectors import ConnectorSuite, connected_host

SWITCH = Path(__file__).with_name("switch.sh").read_text()
WITHOUT_A_SHELL = {"test_what_is_declared", "test_disconnecting_twice"}
PASSWORD = "a switch's"
USER = """
useradd --home-dir / --shell /usr/local/bin/switch switch
chpasswd
mkdir /srv/vlans
chown -R switch /srv
"""
DEPLOY = """
from pyinfra import host
from pyinfra_net.facts.switch import Routes, Vlans
from pyinfra_net.operations import switch

switch.vlans(name="VLANs", vlans={10: "office", 20: "guests"})
print("vlans before:", host.get_fact(Vlans), "routes:", host.get_fact(Routes))
"""


@pytest.fixture(scope="module")
def switch(real_hosts):
    """A machine with a user whose shell is the switch's."""
    (machine,) = real_hosts(1, reset=True)
    shell = machine.root / "usr/local/bin/switch"
    shell.write_text(SWITCH)
    shell.chmod(0o755)
    made = machine.exec("sh", "-ec", USER, input=f"switch:{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    (machine.root / "srv/vlans/30").write_text("old")
    return machine


@pytest.fixture(scope="module")
def data(switch):
    return {
        "device_type": "netgear_prosafe",
        "netmiko_hostname": switch.address,
        "port": switch.port,
        "username": "switch",
        "password": PASSWORD,
    }


@pytest.fixture(scope="module")
def rack(data):
    with connected_host("@netmiko/rack-1", data) as host:
        yield host


class TestNetmiko(ConnectorSuite):
    cannot: ClassVar = {
        name: "a switch has no shell, and no files"
        for name in dir(ConnectorSuite)
        if name.startswith("test_") and name not in WITHOUT_A_SHELL
    }

    @pytest.fixture
    def host(self, rack):
        return rack


def test_a_deploy_to_a_switch(switch, data, pyinfra, tmp_path):
    (tmp_path / "inventory.py").write_text(f"switches = [('@netmiko/rack-1', {data!r})]\n")
    (tmp_path / "deploy.py").write_text(DEPLOY)
    told = pyinfra("inventory.py", "deploy.py")
    vlans = {path.name: path.read_text() for path in (switch.root / "srv/vlans").iterdir()}
    assert vlans == {"10": "office", "20": "guests"}, told
    assert (switch.root / "srv/saved").exists()
    assert (
        "vlans before: {30: 'old'} routes: [(IPv4Network('10.1.0.0/16'), IPv4Address('192.0.2.1'))]" in told
    )
    assert "Changes: 1" in told
    assert "Changes: 0" in pyinfra("inventory.py", "deploy.py")
