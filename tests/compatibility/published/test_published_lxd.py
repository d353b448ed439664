"""`pyinfra-lxd-connector`, with a stand-in for the `lxc` of the machine that it goes to by ssh."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from pyinfra_testkit.connectors import ConnectorSuite, connected_host

LXC = Path(__file__).with_name("lxc.sh").read_text()
AS_ARGUMENTS = "it gives commands to `lxc exec` as arguments"


@pytest.fixture(scope="module")
def machine(real_hosts):
    (machine,) = real_hosts(1, reset=True)
    lxc = machine.root / "usr/local/bin/lxc"
    lxc.write_text(LXC)
    lxc.chmod(0o755)
    return machine


@pytest.fixture(scope="module")
def container(machine):
    data = machine.ssh_data("deploy")
    # Its name says where it is.
    del data["ssh_hostname"]
    with connected_host(f"@lxd/{machine.address}:box", data) as host:
        yield host


class TestLxd(ConnectorSuite):
    cannot: ClassVar = {
        "test_a_long_command": AS_ARGUMENTS,
        "test_secrets_on_the_host": AS_ARGUMENTS,
        "test_secrets_on_this_machine": f"{AS_ARGUMENTS}; the test kit's hosts run here",
        "test_download_names": "it does not quote the names of files that it downloads",
    }

    @pytest.fixture
    def host(self, container):
        return container


def test_its_hosts_are_in_a_group_and_know_their_container(container):
    assert container.groups == ["@lxd"]
    assert container.data.lxd_container == "box"


def test_a_container_that_does_not_run(machine):
    data = machine.ssh_data("deploy")
    del data["ssh_hostname"]
    with (
        pytest.raises(Exception, match="no such container"),
        connected_host(f"@lxd/{machine.address}:gone", data),
    ):
        pass
