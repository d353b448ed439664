"""Facts of a real host that has the tools of busybox and no others."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from pyinfra.api import Config, FactBase, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.facts import hardware, server

pytestmark = pytest.mark.real_hosts

# None of these can be told there, where a host has busybox alone.
NOT_TOLD = {
    hardware.CpuInfo: None,
    hardware.Cpus: None,
    hardware.Memory: None,
    server.Lastb: [],
    server.Locales: [],
    server.LsbRelease: None,
    server.MacosVersion: None,
    server.Selinux: {"mode": None},
}
# They give the same as with the usual tools.
SAME = [
    hardware.Ipv4Addrs,
    hardware.Ipv6Addrs,
    server.Arch,
    server.EtcHosts,
    server.Groups,
    server.HasGui,
    server.Home,
    server.Hostname,
    server.Kernel,
    server.KernelModules,
    server.KernelVersion,
    server.LinuxDistribution,
    server.LinuxGui,
    server.LinuxName,
    server.Os,
    server.OsRelease,
    server.OsVersion,
    server.RebootRequired,
    server.SecurityLimits,
    server.Timezone,
    server.TmpDir,
    server.User,
    server.Users,
]


@pytest.fixture(scope="module")
def both(real_hosts):
    """What asks a host with its usual tools, and what asks it with those of busybox alone."""
    (real,) = real_hosts(1, reset=True)
    real.exec("sh", "-ec", "mkdir /bb; busybox --install -s /bb; ln -s /bin/busybox /bb/busybox")
    data = real.ssh_data("root")
    alone = {"_env": {"PATH": "/bb"}, "_shell_executable": "/bb/ash"}
    state = State(Inventory(([("usual", data), ("alone", {**data, **alone})], {})), Config())
    connect_all(state)
    yield real, *(state.inventory.get_host(name).get_fact for name in ("usual", "alone"))
    disconnect_all(state)


@pytest.mark.parametrize("fact", SAME, ids=lambda fact: fact.name)
def test_the_same_as_with_the_usual_tools(both, fact):
    _real, usual, alone = both
    assert alone(fact) == usual(fact)


@pytest.mark.parametrize(("fact", "value"), NOT_TOLD.items(), ids=lambda fact: getattr(fact, "name", None))
def test_what_can_t_be_told(both, fact, value):
    assert both[2](fact) == value


def test_what_changes_while_it_is_asked(both):
    real, usual, alone = both
    assert abs((alone(server.Date) - datetime.now(timezone.utc)).total_seconds()) < 60
    assert abs(alone(server.Uptime) - usual(server.Uptime)) < 60
    assert set(alone(server.LoadAverage)) == {1, 5, 15}
    assert alone(server.Last) == []
    assert alone(server.Path) == "/bb"
    names = {process["command"] for process in alone(server.Processes).values()}
    assert {"testkit-init", "cron"} <= names
    assert list(alone(server.Processes, pid=1)) == [1]
    assert alone(server.Processes)[1]["user"] == "root"
    assert real.port in {port["port"] for port in alone(server.Ports)}
    assert alone(server.Port, port=real.port) in ((None, None), None)


def test_what_is_asked_for_by_name(both):
    _real, usual, alone = both
    assert alone(server.Which, command="ls") == "/bb/ls"
    assert alone(server.Which, command="getconf") is None
    assert alone(server.Command, command="echo a; echo ' b'") == "a\n b"
    assert alone(server.Home, user="deploy") == "/home/deploy"
    assert alone(server.AuthorizedKeys, user="deploy") == usual(server.AuthorizedKeys, user="deploy") != []
    assert alone(server.Sysctl, keys=["kernel.ostype", "no.such"]) == {"kernel.ostype": "Linux"}
    assert alone(server.Sysctl)["kernel.ostype"] == "Linux"


def test_mounts_devices_and_disks(both):
    real, usual, alone = both
    folder = "/mnt/a folder with a long name"
    script = f"mkdir '{folder}'; mount -t tmpfs -o size=1m a-device-with-quite-a-long-name '{folder}'"
    real.exec("sh", "-ec", script)
    assert set(alone(server.Mounts)) == set(usual(server.Mounts))
    disk = alone(hardware.BlockDevices)["a-device-with-quite-a-long-name"]
    assert (disk["mount"], disk["blocks"]) == (folder, "1024")
    devices, same = alone(hardware.NetworkDevices), usual(hardware.NetworkDevices)
    assert devices["eth0"]["ipv4"]["netmask"] == same["eth0"]["ipv4"]["netmask"]
    assert devices["eth0"]["ether"] == same["eth0"]["ether"]


def test_every_fact_is_tried_here():
    named = {
        *(server.AuthorizedKeys, server.Command, server.Date, server.Last, server.LoadAverage, server.Mounts),
        *(
            server.Path,
            server.Port,
            server.Ports,
            server.Processes,
            server.Sysctl,
            server.Uptime,
            server.Which,
        ),
        *(hardware.BlockDevices, hardware.NetworkDevices),
    }
    facts = {
        fact
        for module in (server, hardware)
        for fact in vars(module).values()
        if isinstance(fact, type) and issubclass(fact, FactBase)
    }
    assert facts - named - set(SAME) - set(NOT_TOLD) == set()
