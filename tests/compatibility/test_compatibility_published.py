"""Plugins that others published for pyinfra 3 are installed beside ours and work as they are."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.slow

PUBLISHED = {
    "pyinfra-ansible-inventory-connector": "0.1.1",
    "pyinfra-lxd-connector": "0.1.3",
    "pyinfra-net": "0.1.1",
}
IMPORT_ALL = """
import importlib
from importlib.metadata import distribution, entry_points
for name in {names!r}:
    for file in distribution(name).files:
        if file.suffix == ".py":
            parts = [part for part in file.with_suffix("").parts if part != "__init__"]
            importlib.import_module(".".join(parts))
            print(".".join(parts))
    for point in distribution(name).entry_points:
        print(point.load().__name__)
"""


@pytest.fixture(scope="module")
def environment(install_published):
    return install_published(
        "pyinfra==3.11.0",
        "pyinfra-testkit==3.11.0",
        *(f"{name}=={version}" for name, version in PUBLISHED.items()),
    )


def test_what_is_installed_fits_together(environment):
    environment.check()


def test_each_module_is_imported_and_each_entry_point_loads(environment):
    told = environment.passes(
        "python", "-W", "error::ImportWarning", "-c", IMPORT_ALL.format(names=[*PUBLISHED])
    )
    assert {
        "pyinfra_ansible_inventory_connector.connector",
        "pyinfra_lxd_connector.lxd",
        "pyinfra_net.connectors.netmiko",
        "pyinfra_net.facts.switch",
        "pyinfra_net.operations.switch",
        "AnsibleInventoryConnector",
        "LxdConnector",
        "NetmikoConnector",
    } <= {*told.splitlines()}


def test_each_is_listed(environment):
    rows = json.loads(environment.passes("pyinfra", "plugins", "list", "--json"))
    listed = {
        (row["type"], row["name"], row["package"], row["version"], row["state"], row["problem"])
        for row in rows
        if row["package"] in PUBLISHED
    }
    assert listed == {
        ("connector", name, package, PUBLISHED[package], "ok", None)
        for name, package in zip(("ansible", "lxd", "netmiko"), PUBLISHED, strict=True)
    }


def test_where_they_come_from_is_shown(environment):
    told = environment.passes("pyinfra", "plugins", "show", "lxd")
    assert "Repository: https://codeberg.org/spirkop/pyinfra-lxd-connector" in told
    assert "lxd_sudo: Use sudo to call LXD command. (default to `True`)" in told


def test_their_tools_come_with_ours(install_published):
    """`pyinfra-lxd-connector` imports click and typing_extensions, and requires nothing but pyinfra."""
    alone = install_published(
        "pyinfra==3.11.0", f"pyinfra-lxd-connector=={PUBLISHED['pyinfra-lxd-connector']}"
    )
    alone.passes("python", "-c", "import pyinfra_lxd_connector")
    rows = json.loads(alone.passes("pyinfra", "plugins", "list", "--json"))
    assert [row["state"] for row in rows if row["name"] == "lxd"] == ["ok"]


@pytest.mark.real_hosts
@pytest.mark.parametrize("name", ["ansible", "lxd", "net"])
def test_each_does_its_work(environment, passes, name):
    passes(environment, "published", f"test_published_{name}.py")
