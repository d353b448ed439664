"""Facts follow what is changed on a real host by other means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.facts import hardware, server

pytestmark = pytest.mark.real_hosts

Ask = Callable[..., Any]


@pytest.fixture
def ask(ssh_host) -> Ask:
    """Asks the host for a fact, each time anew."""

    def ask(fact: Any, **arguments: Any) -> Any:
        inventory = Inventory(([(ssh_host.name, ssh_host.ssh_data("root"))], {}))
        state = State(inventory, Config())
        connect_all(state)
        try:
            return next(iter(inventory)).get_fact(fact, **arguments)
        finally:
            disconnect_all(state)

    return ask


def run(host, script):
    done = host.exec("sh", "-ec", script)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_settings(ssh_host, ask):
    run(
        ssh_host,
        "ln -sf /usr/share/zoneinfo/Europe/Vienna /etc/localtime; echo Europe/Vienna > /etc/timezone",
    )
    assert ask(server.Timezone) == "Europe/Vienna"
    run(ssh_host, "echo '10.9.8.7\tdb.internal db # the database' >> /etc/hosts")
    assert ask(server.EtcHosts)["10.9.8.7"] == ["db.internal", "db"]
    run(ssh_host, "printf '@ops hard nproc 20\\n*\\t-\\tnofile\\t4096 # all\\n' > /etc/security/limits.conf")
    assert ask(server.SecurityLimits) == [
        {"domain": "@ops", "limit_type": "hard", "item": "nproc", "value": "20"},
        {"domain": "*", "limit_type": "-", "item": "nofile", "value": "4096"},
    ]
    assert [name.lower().replace("-", "") for name in ask(server.Locales)] == [
        name.lower() for name in run(ssh_host, "locale -a").splitlines()
    ]
    assert (
        ask(server.AuthorizedKeys, user="deploy")
        == run(ssh_host, "cat /home/deploy/.ssh/authorized_keys").splitlines()
    )
    assert ask(server.Sysctl, keys=["net.ipv4.ip_forward"]) == {"net.ipv4.ip_forward": 0}
    run(ssh_host, "echo 1 > /proc/sys/net/ipv4/ip_forward")
    assert ask(server.Sysctl, keys=["net.ipv4.ip_forward"]) == {"net.ipv4.ip_forward": 1}


def test_what_is_to_be_rebooted_or_shown(ssh_host, ask):
    assert (ask(server.RebootRequired), ask(server.HasGui), ask(server.LinuxGui)) == (False, False, [])
    run(ssh_host, "touch /run/reboot-required")
    assert ask(server.RebootRequired) is True
    run(ssh_host, "touch /usr/bin/gnome-session; chmod 755 /usr/bin/gnome-session; rm /run/reboot-required")
    assert (ask(server.HasGui), ask(server.LinuxGui)) == (True, ["GNOME"])
    assert ask(server.RebootRequired) is False


def test_systems_that_these_are_not(ask):
    assert ask(server.MacosVersion) is None
    assert ask(server.Selinux) == {"mode": None}


def test_load_and_processors(ssh_host, ask):
    load = [float(word) for word in run(ssh_host, "cat /proc/loadavg").split()[:3]]
    told = ask(server.LoadAverage)
    assert [abs(told[minutes] - value) < 20 for minutes, value in zip((1, 5, 15), load, strict=True)] == [
        True
    ] * 3
    assert ask(hardware.CpuInfo)


def test_networks(ssh_host, ask):
    run(ssh_host, "ip link add br-x type bridge; ip addr add 10.77.0.1/20 dev br-x; ip link set br-x up")
    run(ssh_host, "ip addr add 10.77.1.9/32 dev br-x; ip -6 addr add fd00:77::1/64 dev br-x nodad")
    ether = run(ssh_host, "cat /sys/class/net/br-x/address")
    device = ask(hardware.NetworkDevices)["br-x"]
    assert device["ether"] == ether
    assert (device["ipv4"]["address"], device["ipv4"]["mask_bits"]) == ("10.77.0.1", 20)
    assert device["ipv4"]["netmask"] == "255.255.240.0"
    assert (ask(hardware.Ipv4Addrs)["br-x"], ask(hardware.Ipv4Addresses)["br-x"]) == (
        ["10.77.0.1", "10.77.1.9"],
        "10.77.0.1",
    )
    assert "fd00:77::1" in ask(hardware.Ipv6Addrs)["br-x"]
    run(ssh_host, "ip link del br-x")
    assert "br-x" not in ask(hardware.NetworkDevices)


def test_disks(ssh_host, ask):
    run(
        ssh_host,
        "mkdir /mnt/disk; mount -t tmpfs -o size=1m a-disk /mnt/disk; head -c 262144 /dev/zero > /mnt/disk/x",
    )
    disk = ask(hardware.BlockDevices)["a-disk"]
    assert (disk["mount"], disk["blocks"], disk["used"], disk["used_percent"]) == (
        "/mnt/disk",
        "1024",
        "256",
        "25",
    )
    run(ssh_host, "umount /mnt/disk")
    assert "a-disk" not in ask(hardware.BlockDevices)
    assert "/mnt/disk" not in ask(server.Mounts)
