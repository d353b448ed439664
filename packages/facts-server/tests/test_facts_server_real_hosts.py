"""Facts of a real host, compared with what the host says when it is asked by other means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from pyinfra.api import Config, FactBase, FactValueError, Host, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.facts import hardware, server


class Asked:
    """A real host that can be asked for facts, and looked at."""

    def __init__(self, real: Any, host: Host) -> None:
        self.real = real
        self.fact = host.get_fact

    def says(self, *argv: str) -> str:
        return str(self.real.exec(*argv).stdout).strip()


@pytest.fixture
def asked(ssh_host) -> Iterator[Asked]:
    inventory = Inventory(([(ssh_host.name, ssh_host.ssh_data("root"))], {}))
    state = State(inventory, Config())
    connect_all(state)
    yield Asked(ssh_host, next(iter(inventory)))
    disconnect_all(state)


def test_the_system(asked):
    assert asked.fact(server.Os) == asked.fact(server.Kernel) == "Linux"
    assert asked.fact(server.OsVersion) == asked.fact(server.KernelVersion) == asked.says("uname", "-r")
    assert asked.fact(server.Arch) == asked.says("uname", "-m")
    assert asked.fact(server.Hostname) == asked.says("hostname")
    assert asked.fact(server.LinuxName) == "Debian"
    assert asked.fact(server.LinuxDistribution) in ["Debian", "Ubuntu"]
    assert asked.fact(server.OsRelease)["id"] == "debian"
    assert abs(asked.fact(server.Date) - datetime.now(timezone.utc)).total_seconds() < 60
    assert asked.fact(server.Uptime) > 0


def test_the_session(asked):
    assert asked.fact(server.User) == "root"
    assert asked.fact(server.Home) == "/root"
    assert asked.fact(server.Home, user="deploy") == "/home/deploy"
    assert asked.fact(server.Home, user="nobody-of-that-name") is None
    assert "/usr/bin" in asked.fact(server.Path).split(":")
    assert asked.fact(server.Which, command="dash").endswith("/dash")
    assert asked.fact(server.Which, command="no such; command") is None
    assert asked.fact(server.Command, command="echo a; echo; echo ' b'") == "a\n\n b"
    assert asked.fact(server.TmpDir, _env={"TMPDIR": "/var/tmp"}) == "/var/tmp"


def test_users_and_groups(asked):
    asked.real.exec("sh", "-ec", "groupadd g.x; useradd -m -c 'A|B C' -G g.x,users a.b; useradd -M aXb")
    asked.real.exec("sh", "-ec", "echo 'a.b:$6$x$y' | chpasswd -e")

    users = asked.fact(server.Users)

    assert {"g.x", "a.b", "aXb"} <= set(asked.fact(server.Groups))
    assert list(users) == [line.split(":")[0] for line in asked.says("cat", "/etc/passwd").splitlines()]
    assert users["a.b"]["comment"] == "A|B C"
    assert set(users["a.b"]["groups"]) == {"g.x", "users"}
    assert users["a.b"]["group"] == "a.b"
    assert str(users["a.b"]["uid"]) == asked.says("id", "-u", "a.b")
    assert users["a.b"]["password"] == "$6$x$y"  # and not that of aXb, which it matches as a pattern
    assert users["aXb"]["home"] == "/home/aXb"
    assert users["aXb"]["group"] == "aXb"


def test_mounts(asked):
    asked.real.exec("sh", "-ec", "mkdir '/mnt/a b\tc'; mount -t tmpfs -o size=64k 'my disk' '/mnt/a b\tc'")

    mounts = asked.fact(server.Mounts)

    assert mounts["/mnt/a b\tc"]["device"] == "my disk"
    assert mounts["/mnt/a b\tc"]["type"] == "tmpfs"
    assert {"rw", "size=64k"} <= set(mounts["/mnt/a b\tc"]["options"])
    assert mounts["/"]["type"] == asked.says("findmnt", "-no", "FSTYPE", "/")


def test_hardware(asked):
    assert str(asked.fact(hardware.Cpus)) == asked.says("getconf", "_NPROCESSORS_ONLN")
    kilobytes = int(asked.says("awk", "/^MemTotal/ {print $2}", "/proc/meminfo"))
    assert asked.fact(hardware.Memory) == round(kilobytes / 1024)
    assert asked.fact(hardware.Ipv4Addresses)["eth0"] == asked.real.address


def test_what_listens_and_runs(asked):
    assert asked.fact(server.Port, port=asked.real.port)[0] == "sshd"
    assert asked.fact(server.Port, port=1) in (None, (None, None))
    assert asked.real.port in {port["port"] for port in asked.fact(server.Ports)}
    assert asked.fact(server.Processes)[1]["user"] == "root"
    assert list(asked.fact(server.Processes, pid=1)) == [1]


# What they tell is another thing a moment later.
RESTLESS = {
    server.Date,
    server.LoadAverage,
    server.Processes,
    server.Sysctl,
    server.Uptime,
    hardware.BlockDevices,
}


@pytest.mark.parametrize("locale", ["C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.UTF-8"])
def test_the_language_of_the_host_changes_nothing(asked, locale):
    asked.real.exec("sh", "-ec", "useradd -c 'Jürgen Müller, İstanbul, 日本' jm; hostname wärter")
    facts = [
        fact
        for module in (server, hardware)
        for fact in vars(module).values()
        if isinstance(fact, type) and issubclass(fact, FactBase)
    ]
    named = [server.AuthorizedKeys, server.Command, server.Port, server.Which]
    for fact in [fact for fact in facts if fact not in (*RESTLESS, *named)]:
        assert asked.fact(fact, _env={"LC_ALL": locale, "LANG": locale}) == asked.fact(fact), fact.name
    assert set(asked.fact(server.LoadAverage, _env={"LC_ALL": locale})) == {1, 5, 15}
    assert (
        asked.fact(server.Users, _env={"LC_ALL": locale})["jm"]["comment"] == "Jürgen Müller, İstanbul, 日本"
    )


def test_users_with_odd_names(asked):
    names = ["machine$", "a-b.c_d", "jürgen", "-dash", "x" * 40, "1000"]
    passwd = asked.real.root / "etc/passwd"
    with passwd.open("a", encoding="utf-8") as file:
        for number, name in enumerate(names, start=5000):
            file.write(
                f"{name}:x:{number}:100:|{name}|,$(touch /canary),`touch /canary`:/home/{name}:/bin/sh\n"
            )
        file.write("+@nis::::::\n")

    users = asked.fact(server.Users)

    for number, name in enumerate(names, start=5000):
        assert users[name]["uid"] == number
        assert users[name]["home"] == f"/home/{name}"
        assert users[name]["comment"] == f"|{name}|,$(touch /canary),`touch /canary`"
    assert "+@nis" not in users
    assert not (asked.real.root / "canary").exists()


def test_a_parameter_is_read_and_never_set(asked):
    before = asked.says("sysctl", "-n", "kernel.domainname")
    for key in ("kernel.domainname=evil", "-wkernel.domainname=evil", "-p", "a b"):
        with pytest.raises(FactValueError, match="keys must be"):
            asked.fact(server.Sysctl, keys=[key])
    assert asked.fact(server.Sysctl, keys=["kernel.domainname"]) == {"kernel.domainname": before}
