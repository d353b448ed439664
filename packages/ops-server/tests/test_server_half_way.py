"""What fails half way, or in silence: told as failed, and not taken for done by the next run."""

from __future__ import annotations

import pytest
from pyinfra.operations import server
from pyinfra_testkit.deploys import assert_idempotent, run_deploy
from pyinfra_testkit.failures import assert_fails

pytestmark = pytest.mark.real_hosts

FILES = ("passwd", "shadow", "group", "gshadow")
# For files of one page alone.
SMALL = "mkdir -p {0}; mount -t tmpfs -o size={1},mode=755 tmpfs {0}"


def accounts(host):
    """What there is of users, and in homes."""
    return host.check_output(
        "sh", "-c", "cd /etc; cat passwd shadow group gshadow; find /homes -printf '%p %U %G %s\\n'"
    ).splitlines()


@pytest.mark.parametrize(("size", "groups"), [("8k", []), ("4k", ["ann"])])
def test_a_home_that_gets_not_all_of_the_skeleton(ssh_host, size, groups):
    """useradd makes the user first, and copies what it can without a word."""
    for group in groups:
        ssh_host.check_output("groupadd", group)
    ssh_host.check_output("sh", "-ec", SMALL.format("/homes", size))
    ssh_host.check_output(
        "sh", "-ec", "seq 2000 > /etc/skel/.large; mkdir /etc/skel/in; echo x > /etc/skel/in/y"
    )

    def code():
        server.user("ann", name="ann", home="/homes/ann", create_home=True)

    for _ in range(2):
        assert_fails(
            ssh_host, code, "not all of /etc/skel could be copied", lambda: accounts(ssh_host), user="root"
        )
    ssh_host.check_output("mount", "-o", "remount,size=1m", "/homes")
    assert_idempotent(ssh_host, code, user="root")
    assert not ssh_host.exec("diff", "-r", "/etc/skel", "/homes/ann").stdout


def test_a_home_that_was_there(ssh_host):
    ssh_host.check_output("sh", "-ec", "mkdir -p /homes/ann; echo own > /homes/ann/.profile")
    assert_idempotent(ssh_host, lambda: server.user("ann", home="/homes/ann", create_home=True), user="root")
    assert ssh_host.check_output("sh", "-c", "ls -A /homes/ann; cat /homes/ann/.profile") == ".profile\nown\n"


@pytest.mark.parametrize("name", FILES)
def test_a_user_that_can_be_added_only_in_part(ssh_host, name):
    """A file that is a mount point can be read and not replaced, as one can't on a disk that others have filled."""
    ssh_host.check_output("sh", "-ec", "mkdir -p /homes")
    ssh_host.check_output("mount", "--bind", f"/etc/{name}", f"/etc/{name}")

    def code():
        server.user("ann", name="ann", home="/homes/ann", create_home=True, groups=["adm"])

    for _ in range(2):
        assert_fails(ssh_host, code, f"failure while writing changes to /etc/{name}", user="root")
        assert not [line for line in accounts(ssh_host) if "ann" in line]
    ssh_host.check_output("umount", f"/etc/{name}")
    assert_idempotent(ssh_host, code, user="root")


def test_a_user_that_someone_else_has_made_stays(ssh_host):
    """Users of other sources than /etc/passwd are known by `id` alone; here a stand-in of useradd makes one first."""
    tool = ssh_host.root / "usr/local/sbin/useradd"
    tool.write_text("#!/bin/sh\nexit 9\n")
    tool.chmod(0o755)
    (ssh_host.root / "usr/local/bin/id").write_text("#!/bin/sh\nexit 0\n")
    (ssh_host.root / "usr/local/bin/id").chmod(0o755)
    (ssh_host.root / "usr/local/sbin/userdel").write_text("#!/bin/sh\ntouch /srv/deleted\n")
    (ssh_host.root / "usr/local/sbin/userdel").chmod(0o755)
    assert_fails(ssh_host, lambda: server.user("ann"), "exit code 9", user="root")
    assert not (ssh_host.root / "srv/deleted").exists()


def test_a_home_that_can_not_be_given_to_another_number(ssh_host):
    ssh_host.check_output("sh", "-ec", SMALL.format("/homes", "1m"))
    ssh_host.check_output("sh", "-ec", "useradd -m -d /homes/ann ann; groupadd -g 7001 ops")

    def code():
        server.user("ann", name="ann", home="/homes/ann", uid=7000, group="ops", shell="/bin/bash")

    def numbers():
        return ssh_host.check_output(
            "sh", "-c", "id -u ann; id -g ann; stat -c '%u %g' /homes/ann/.profile"
        ).split()

    before = numbers()
    ssh_host.check_output("mount", "-o", "remount,ro", "/homes")
    for _ in range(2):
        assert_fails(ssh_host, code, "Failed to change ownership of the home directory", numbers, user="root")
    ssh_host.check_output("mount", "-o", "remount,rw", "/homes")
    assert_idempotent(ssh_host, code, user="root")
    assert (before[0] != "7000", numbers()) == (True, ["7000", "7001", "7000", "7001"])


@pytest.mark.parametrize("locale", ["fr_FR.UTF-8", "de_DE.UTF-8"])
def test_a_locale_that_is_not_made_or_not_removed(ssh_host, locale):
    """locale-gen of Debian says that it is done, whatever localedef says."""
    folder = "/usr/lib/locale"
    ssh_host.check_output("sh", "-ec", f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}")
    present = locale == "fr_FR.UTF-8"

    def code():
        server.locale(locale, present=present, name="locale")

    for _ in range(2):
        says = f"locale-gen could not {'make' if present else 'remove'} {locale}"
        assert_fails(ssh_host, code, says, lambda: ssh_host.check_output("locale", "-a"), user="root")
    ssh_host.check_output("mount", "-o", "remount,bind,rw", folder)
    # Others would take their time.
    ssh_host.check_output("sed", "-i", "/^ja_JP/d; /^tr_TR/d", "/etc/locale.gen")
    assert_idempotent(ssh_host, code, user="root")


def test_a_parameter_that_can_not_be_set(ssh_host):
    """sysctl of procps 4 warns of one that can only be read, and succeeds."""

    def code():
        server.sysctl("kernel.ostype", "Other", name="set", persist=True, persist_file="/srv/sysctl.conf")

    for _ in range(2):
        assert_fails(ssh_host, code, "kernel.ostype", user="root")
        assert not (ssh_host.root / "srv/sysctl.conf").exists()
    result = run_deploy(ssh_host, lambda: server.sysctl("net.ipv4.ip_forward", 1, name="set"), user="root")
    assert result.outputs["set"].strip() == "net.ipv4.ip_forward = 1"
