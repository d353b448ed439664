"""`pyinfra-ansible-inventory-connector`: an inventory of Ansible's, with its groups and variables."""

from __future__ import annotations

import json

import pytest

INVENTORY = """
all:
  vars: {greeting: hello}
  children:
    web:
      hosts:
        web-1: {ansible_host: 192.0.2.1, ansible_port: 2222, ansible_user: admin, role: front}
        web-2:
      vars: {ansible_become: true}
    db:
      hosts: {db-1: }
    site:
      children: {web: , db: }
"""
DEPLOY = """
from pyinfra import host, inventory
from pyinfra.operations import files

files.put(
    name="Greet",
    src=__import__("io").StringIO(f"{host.data.greeting} {host.data.role}\\n"),
    dest="/etc/greeting",
    _if=lambda: host in inventory.get_group("web"),
)
"""


def debug_inventory(pyinfra, name):
    """Each host's groups and data, as `pyinfra … debug-inventory` tells them."""
    decode = json.JSONDecoder().raw_decode
    hosts = {}
    for block in pyinfra(f"@ansible/{name}", "debug-inventory").split("\n[")[1:]:
        groups = block.partition("Groups:")[2].partition("\n")[0]
        data = block.partition("Data:")[2].strip()
        hosts[block.partition("]")[0]] = sorted(groups.replace(",", " ").split()), decode(data)[0]
    return hosts


EXPECTED = {
    "web-1": (
        ["site", "web"],
        {
            "greeting": "hello",
            "role": "front",
            "packages": ["nginx", "curl"],
            "ssh_hostname": "192.0.2.1",
            "ssh_port": 2222,
            "ssh_user": "admin",
            "_sudo": True,
        },
    ),
    "web-2": (["site", "web"], {"greeting": "hello", "packages": ["nginx", "curl"], "_sudo": True}),
    "db-1": (["db", "site"], {"greeting": "hello"}),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hosts.yaml").write_text(INVENTORY)
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/web.yaml").write_text("packages: [nginx, curl]\n")
    return tmp_path


def test_groups_and_variables(folder, pyinfra):
    assert debug_inventory(pyinfra, "hosts.yaml") == EXPECTED


def test_an_absolute_path(folder, pyinfra):
    assert debug_inventory(pyinfra, folder / "hosts.yaml") == EXPECTED


def test_a_deploy(ssh_host, tmp_path, pyinfra):
    data = ssh_host.ssh_data("deploy")
    renamed = {"ssh_hostname": "ansible_host", "ssh_port": "ansible_port", "ssh_user": "ansible_user"}
    variables = {renamed.get(key, key): value for key, value in data.items()}
    variables.update(ansible_become=True, greeting="good day", role="shop")
    # What is JSON is YAML.
    hosts = {"web": {"hosts": {"web-1": variables}}}
    (tmp_path / "hosts.yaml").write_text(json.dumps({"all": {"children": hosts}}, default=str))
    (tmp_path / "deploy.py").write_text(DEPLOY)
    assert "Changes: 1" in pyinfra("@ansible/hosts.yaml", "--limit", "web", "deploy.py")
    assert (ssh_host.root / "etc/greeting").read_text() == "good day shop\n"
    assert "Changes: 0" in pyinfra("@ansible/hosts.yaml", "deploy.py")
