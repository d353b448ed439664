"""What failed half way: the next run goes on with it, or says again that it fails."""

from __future__ import annotations

import pytest
from pyinfra.facts.apt import SimulateOperationWillChange
from pyinfra.facts.deb import DebPackages
from pyinfra.operations import apt
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

SCRIPT = "#!/bin/sh\n[ ! -e /run/broken ]\n"
STATE = ["dpkg-query", "--show", "--showformat=${db:Status-Status}"]


def make_deb(host, name, script):
    """A package, in a file on the host, of which a script fails where there is /run/broken."""
    texts = {
        "DEBIAN/control": (
            f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.com>\nDescription: for tests\n"
        ),
        f"DEBIAN/{script}": SCRIPT,
        f"srv/of-{name}": "",
    }
    for path, text in texts.items():
        there = host.root / "root" / name / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text)
        there.chmod(0o755)
    host.check_output("dpkg-deb", "--root-owner-group", "--build", f"/root/{name}", f"/srv/{name}.deb")
    return f"/srv/{name}.deb"


@pytest.fixture
def broken(ssh_host):
    """One package that could not be configured, and one that could be removed only in part."""
    file = make_deb(ssh_host, "half-configured", "postinst")
    ssh_host.check_output("dpkg", "-i", make_deb(ssh_host, "half-removed", "postrm"))
    flag = ssh_host.root / "run/broken"
    flag.write_text("")
    assert ssh_host.exec("dpkg", "-i", file).returncode
    assert ssh_host.exec("dpkg", "-r", "half-removed").returncode
    return flag


def state(host, package):
    return host.exec(*STATE, package).stdout


@pytest.mark.real_hosts
def test_an_upgrade_goes_on_with_what_is_not_configured(ssh_host, broken):
    for _ in range(2):
        assert "upgrade" in run_deploy(ssh_host, lambda: apt.upgrade(name="upgrade"), SUDO=True).failed
    broken.unlink()
    assert_idempotent(ssh_host, lambda: apt.upgrade(name="upgrade"), SUDO=True)
    assert state(ssh_host, "half-configured") == "installed"
    assert state(ssh_host, "half-removed") == "config-files"


@pytest.mark.real_hosts
def test_what_is_there_in_part_is_removed(ssh_host, broken):
    def code():
        apt.packages(name="packages", packages=["half-removed"], present=False, _ignore_errors=True)
        apt.deb(name="deb", src="/srv/half-configured.deb", present=False)

    for _ in range(2):
        assert "packages" in run_deploy(ssh_host, code, SUDO=True).failed
    assert "installed" not in state(ssh_host, "half-configured")
    broken.unlink()
    assert_idempotent(ssh_host, code, SUDO=True)
    assert state(ssh_host, "half-removed") == "config-files"


@pytest.mark.real_hosts
def test_a_source_behind_a_line_without_an_end(ssh_host):
    file = ssh_host.root / "etc/apt/sources.list.d/x.list"
    file.write_text("deb http://a.example.com stable main")
    added = "deb http://b.example.com stable main"
    assert_idempotent(ssh_host, lambda: apt.repo(name="repo", src=added, filename="x"), SUDO=True)
    assert file.read_text() == f"deb http://a.example.com stable main\n{added}\n"


def test_what_is_unfinished_is_not_installed():
    lines = [
        "iF  a  1  all  x",
        "rH  b:amd64  2  amd64  x",
        "iHR c  3  all  x",
        "iU  d  4  all  x",
        "iW  e  5  all  x",
    ]
    found = DebPackages().process(lines)
    assert found == {"e": {"5"}}
    assert found.unfinished == {"a": {"1"}, "b": {"2"}, "c": {"3"}, "d": {"4"}}


def test_what_is_unfinished_is_counted():
    lines = [
        "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.",
        "2 not fully installed or removed.",
    ]
    counts = {"upgraded": 0, "newly_installed": 0, "removed": 0, "not_upgraded": 0}
    assert SimulateOperationWillChange().process(lines) == {**counts, "unfinished": 2}
    assert SimulateOperationWillChange().process(lines[:1]) == counts
