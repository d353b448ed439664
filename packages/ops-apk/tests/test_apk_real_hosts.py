"""Packages on real hosts, where a program stands in for apk, which no package of Debian has.

It does what the manual pages of apk-tools 2 say (apk(8), apk-add(8), apk-del(8), apk-upgrade(8)), with that version's
texts, and keeps its world and its list of packages as text, which is what is looked at.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations import apk, server
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

# /lib is a link to it.
INSTALLED = "usr/lib/apk/db/installed"
OLD = ["nginx 1.24.0-r6", "vim 9.0.1-r0", "py3-six 1.16.0-r9"]
NEW = [*OLD, "nginx 1.24.0-r7", "zsh 5.9-r2"]


def write(host, path, lines):
    file = host.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))


def lines(host, path):
    return sorted((host.root / path).read_text().splitlines())


def installed(host):
    return lines(host, INSTALLED)


@pytest.fixture
def host(ssh_host):
    target = ssh_host.root / "usr/local/bin/apk"
    shutil.copyfile(Path(__file__).parent / "stand_ins/apk", target)
    target.chmod(0o755)
    write(ssh_host, "srv/repository", NEW)
    write(ssh_host, "var/cache/apk/index", OLD)
    write(ssh_host, "srv/failing", [])
    write(ssh_host, "srv/unreadable", [])
    write(ssh_host, "etc/apk/world", ["musl"])
    write(ssh_host, INSTALLED, ["musl 1.2.4-r2"])
    return ssh_host


def test_packages_come_and_go(host):
    metas = []

    def have(*names, **arguments):
        return lambda: metas.append(apk.packages(list(names), name="packages", _sudo=True, **arguments))

    result = assert_preview_true(host, have("nginx", "py3-six=1.16.0-r9"))
    assert result.paths == ["etc/apk/world", INSTALLED]
    assert installed(host) == ["musl 1.2.4-r2", "nginx 1.24.0-r6", "py3-six 1.16.0-r9"]
    assert lines(host, "etc/apk/world") == ["musl", "nginx", "py3-six=1.16.0-r9"]
    assert metas[-1].report == ["nginx 1.24.0-r6 installed", "py3-six 1.16.0-r9 installed"]
    assert run_deploy(host, have("nginx", "py3-six=1.16.0-r9")).commands == 0
    assert_idempotent(host, have("nginx", "never", present=False))
    assert installed(host) == ["musl 1.2.4-r2", "py3-six 1.16.0-r9"]


def test_a_newer_one_is_found_with_a_fresh_index(host):
    metas = []
    assert not run_deploy(host, lambda: apk.packages("nginx", _sudo=True)).failed
    fresh = assert_preview_true(host, lambda: apk.update(name="update", _sudo=True), root="/var/cache/apk")
    assert (fresh.changed, fresh.paths) == (["update"], ["index"])

    def latest():
        metas.append(apk.packages("nginx", latest=True, name="latest", _sudo=True))

    assert assert_idempotent(host, latest).changed == ["latest"]
    assert metas[0].report == ["nginx 1.24.0-r6 -> 1.24.0-r7"]
    assert "nginx 1.24.0-r7" in installed(host)


def test_all_are_upgraded(host):
    metas = []
    assert not run_deploy(host, lambda: apk.packages(["nginx", "vim"], _sudo=True)).failed

    def code():
        apk.update(_sudo=True)
        metas.append(apk.upgrade(name="upgrade", _sudo=True))

    result = assert_preview_true(host, code)
    assert "upgrade" in result.changed
    assert result.paths == [INSTALLED]
    assert metas[-1].report == ["nginx 1.24.0-r6 -> 1.24.0-r7"]


def test_what_there_is_not_fails_and_changes_nothing(host):
    def code():
        apk.packages(["vim", "nothing"], name="install", _sudo=True, _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert (list(result.failed), result.changed) == (["install"], ["next"])
    assert "world[nothing]" in result.failed["install"]
    assert installed(host) == ["musl 1.2.4-r2"]


@pytest.mark.parametrize("what", ["failing", "unreadable"])
def test_what_could_be_added_only_in_part_is_added_again(host, what):
    write(host, f"srv/{what}", ["vim"])

    def code():
        apk.packages(["nginx", "vim"], name="install", _sudo=True)

    for _ in range(2):
        assert "install" in run_deploy(host, code).failed
        assert (installed(host), lines(host, "etc/apk/world")) == (["musl 1.2.4-r2"], ["musl"])
    write(host, f"srv/{what}", [])
    assert_idempotent(host, code)


def test_another_version_that_is_broken_is_repaired(host):
    def have(version):
        return lambda: apk.packages(f"nginx={version}", name="have", _sudo=True)

    host.exec("apk", "update")
    assert not run_deploy(host, have("1.24.0-r6")).failed
    write(host, "srv/failing", ["nginx"])
    for _ in range(3):
        assert "have" in run_deploy(host, have("1.24.0-r7")).failed
    write(host, "srv/failing", [])
    assert run_deploy(host, have("1.24.0-r7")).changed == ["have"]
    assert run_deploy(host, have("1.24.0-r7")).unchanged == ["have"]
    assert installed(host) == ["musl 1.2.4-r2", "nginx 1.24.0-r7"]


def test_a_package_that_was_broken_before(host):
    """apk fails each time then, whatever it was asked for."""
    write(host, "srv/failing", ["vim"])
    host.exec("apk", "add", "vim")

    def code():
        apk.packages("nginx", name="install", _sudo=True)

    assert "install" in run_deploy(host, code).failed
    assert run_deploy(host, code).unchanged == ["install"]


def test_a_file_system_that_can_not_be_written(host):
    host.exec("sh", "-c", "mount --bind /etc/apk /etc/apk && mount -o remount,bind,ro /etc/apk")

    def code():
        apk.packages("vim", name="install", _sudo=True, _ignore_errors=True)
        apk.packages("musl", name="remove", present=False, _sudo=True, _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert (list(result.failed), result.changed) == (["install", "remove"], ["next"])
    assert all("ead-only file system" in said for said in result.failed.values()), result.failed
    assert (installed(host), lines(host, "etc/apk/world")) == (["musl 1.2.4-r2"], ["musl"])


@pytest.mark.parametrize("code", [lambda: apk.update(name="it"), lambda: apk.upgrade(name="it")])
def test_a_host_without_apk_has_nothing_to_fetch(ssh_host, code):
    assert "apk: not found" in run_deploy(ssh_host, code).failed["it"]


@pytest.mark.parametrize("present", [True, False])
def test_a_host_without_apk(ssh_host, present):
    result = run_deploy(ssh_host, lambda: apk.packages("vim", present=present, name="packages"))
    assert f"{ssh_host.name} has no apk" in result.failed["packages"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"packages": ""}, "packages must be names of packages, not ''"),
        ({"packages": ["vim", 5]}, "packages must be names of packages, not 5"),
        ({"packages": "--root=/x"}, "packages must be names of packages, not '--root=/x'"),
        (
            {"packages": "vim~9", "present": False},
            "to be removed, a package must be given by its name, not as 'vim~9'",
        ),
    ],
)
def test_bad_arguments(arguments, says):
    with pytest.raises((OperationTypeError, OperationValueError)) as raised:
        run_deploy("@local", lambda: apk.packages(**arguments))
    assert says in str(raised.value)
