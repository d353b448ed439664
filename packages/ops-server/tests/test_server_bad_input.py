"""What can't be done: one error that names it, and a host that is left as it was."""

from __future__ import annotations

import re
from functools import partial
from io import StringIO

import pytest
from pyinfra.api import OperationError
from pyinfra.operations import server
from pyinfra_testkit.deploys import run_deploy
from pyinfra_testkit.failures import assert_each_fails, assert_fails, refusal_tests
from pyinfra_testkit.fakes import on_fake_host

LIMIT = {"domain": "ann", "limit_type": "soft", "item": "nofile", "value": 9}
KEYS = {"user": "ann", "public_keys": "ssh-rsa A"}
NAMES = {"ip": "::9", "hostnames": "nine"}
FORWARD = {"key": "net.ipv4.ip_forward", "value": 1, "persist": True}

# Refused before the host is asked: operation, arguments, what the error says.
REFUSED = [
    ("group", {"group": ""}, "group must be the name of a group"),
    ("group", {"group": 3}, "group must be the name of a group (str), not int"),
    ("group", {"group": "a:b"}, "not 'a:b'"),
    ("group", {"group": "a", "gid": -1}, "gid must be a number that is not negative, not -1"),
    ("group", {"group": "a", "gid": True}, "gid must be a number that is not negative, not True"),
    ("user", {"user": ""}, "user must be the name of a user"),
    ("user", {"user": "a\nb"}, "not 'a\\nb'"),
    ("user", {"user": "a", "home": 3}, "home must be text, not 3"),
    ("user", {"user": "a", "shell": 3}, "shell must be text, not 3"),
    ("user", {"user": "a", "comment": "x:y"}, "comment must be without colons"),
    ("user", {"user": "a", "group": 3}, "group must be the name of a group"),
    ("user", {"user": "a", "groups": "adm"}, "groups must be a list of groups, not str"),
    ("user", {"user": "a", "groups": ["x", ""]}, "group must be the name of a group"),
    ("user", {"user": "a", "uid": -1}, "uid must be a number that is not negative, not -1"),
    ("user", {"user": "a", "password": "x y"}, "password must be encrypted"),
    ("user", {"user": "a", "delete_keys": True}, "public_keys must say which keys delete_keys=True leaves"),
    ("user", {"user": "a", "public_keys": 3}, "public_keys must be keys or local paths, not 3"),
    ("user", {"user": "a", "public_keys": [""]}, "public_keys must be keys or local paths, not ''"),
    ("user", {"user": "a", "public_keys": ["no/such.pub"]}, "public_keys: there is no file"),
    ("user_authorized_keys", {**KEYS, "user": ""}, "user must be the name of a user"),
    ("user_authorized_keys", {**KEYS, "public_keys": [3]}, "public_keys must be keys or local paths"),
    ("user_authorized_keys", {**KEYS, "group": 3}, "group must be the name of a group"),
    (
        "user_authorized_keys",
        {**KEYS, "authorized_key_directory": 3},
        "authorized_key_directory must be a path (str), not 3",
    ),
    (
        "user_authorized_keys",
        {**KEYS, "authorized_key_directory": ""},
        "authorized_key_directory must be a path, not ''",
    ),
    (
        "user_authorized_keys",
        {**KEYS, "authorized_key_filename": 3},
        "authorized_key_filename must be a path (str), not 3",
    ),
    ("hostname", {"hostname": ""}, "hostname must be without spaces and '#', not ''"),
    ("hostname", {"hostname": 3}, "not 3"),
    ("hostname", {"hostname": "a b"}, "not 'a b'"),
    ("hostname", {"hostname": "-F"}, "hostname must not begin with a dash, as '-F' does"),
    ("hostname", {"hostname": "a", "hostname_file": 3}, "hostname_file must be a path (str), not 3"),
    ("hostname", {"hostname": "a", "hostname_file": ""}, "hostname_file must be a path, not ''"),
    ("etc_hosts", {**NAMES, "ip": "x"}, "ip must be an address, such as 192.168.1.10 or ::1, not 'x'"),
    ("etc_hosts", {**NAMES, "hostnames": 3}, "hostnames must be names"),
    ("etc_hosts", {**NAMES, "hostnames": ["a", ""]}, "hostnames must be without spaces"),
    ("etc_hosts", {**NAMES, "hostnames": None}, "hostnames must be provided when present=True"),
    ("etc_hosts", {**NAMES, "path": 3}, "path must be a path (str), not 3"),
    ("etc_hosts", {**NAMES, "path": ""}, "path must be a path, not ''"),
    ("modprobe", {"module": ""}, "module must be a module, or a list of some, not ''"),
    ("modprobe", {"module": []}, "module must be a module, or a list of some, not []"),
    ("modprobe", {"module": ["a", " "]}, "not ['a', ' ']"),
    ("modprobe", {"module": "a\0b"}, "not 'a\\x00b'"),
    ("sysctl", {"key": "", "value": 1}, "key must be the name of a kernel parameter, not ''"),
    ("sysctl", {"key": "-w", "value": 1}, "key must be the name of a kernel parameter, not '-w'"),
    ("sysctl", {"key": "a", "value": True}, "value must be a number, text, or a list of these, not True"),
    ("sysctl", {"key": "a", "value": []}, "value must be one line, not []"),
    ("sysctl", {**FORWARD, "persist_file": 3}, "persist_file must be a path (str), not 3"),
    ("sysctl", {**FORWARD, "persist_file": ""}, "persist_file must be a path, not ''"),
    ("kill", {"pid": 0}, "pid must be the number of a process, not 0"),
    ("kill", {"pid": "-1"}, "pid must be the number of a process, not '-1'"),
    ("kill", {"pid": 1, "signal": "TERM; x"}, "signal must be the name or the number of a signal"),
    (
        "kill",
        {"pid": 1, "signal": "NOSUCH"},
        "signal must be the name or the number of a signal, not 'NOSUCH'",
    ),
    ("kill", {"pid": 1, "signal": "TERM+1"}, "not 'TERM+1'"),
    ("mount", {"path": ""}, "path must be a mount point, not ''"),
    ("mount", {"path": "/a", "device": ""}, "device must be a device, or what else can be mounted, not ''"),
    ("mount", {"path": "/a", "device": 3}, "device must be text, not 3"),
    ("mount", {"path": "/a", "fs_type": ""}, "fs_type must be a file system's type, not ''"),
    ("mount", {"path": "/a", "options": "ro"}, "options must be a list of options"),
    ("reboot", {"delay": -1}, "delay must be a number of seconds that is not negative, not -1"),
    ("reboot", {"delay": True}, "delay must be a number of seconds that is not negative, not True"),
    ("reboot", {"interval": float("nan")}, "interval must be a number of seconds"),
    ("reboot", {"reboot_timeout": "9"}, "reboot_timeout must be a number of seconds"),
    ("script", {"src": ""}, "`src` must be a path, not ''"),
    ("script", {"src": "/no/such"}, "No such file: /no/such"),
    ("script", {"src": "/"}, "Not a file: /"),
    ("script", {"src": StringIO(), "args": "x"}, "args must be a list of arguments, not 'x'"),
    ("script_template", {"src": "/no/such"}, "No such file: /no/such"),
    ("script_template", {"src": StringIO("{{ x }}")}, "'x' is undefined"),
    ("script_template", {"src": StringIO(), "args": 3}, "args must be a list of arguments, not 3"),
    ("security_limit", {**LIMIT, "domain": ""}, "domain must be without spaces"),
    ("security_limit", {**LIMIT, "domain": 3}, "domain must be text, not 3"),
    ("security_limit", {**LIMIT, "item": 3}, "item must be text, not 3"),
    (
        "security_limit",
        {**LIMIT, "limit_type": "both"},
        "limit_type must be one of hard, soft, -, not 'both'",
    ),
    (
        "security_limit",
        {**LIMIT, "value": "many"},
        "value must be a number, unlimited or infinity, not 'many'",
    ),
    ("service", {"service": ""}, "service must be the name of a service, not ''"),
    ("service", {"service": 3}, "service must be the name of a service (str), not 3"),
    ("shell", {"commands": 3}, "commands must be shell commands (str), not int"),
    ("shell", {"commands": ["true", None]}, "commands must be shell commands (str), not NoneType"),
    ("timezone", {"timezone": ""}, "timezone must be the name of a zone"),
    ("timezone", {"timezone": "../x"}, "not '../x'"),
    ("locale", {"locale": ""}, "locale must be the name of a locale"),
    ("locale", {"locale": 3}, "not 3"),
    ("wait", {"port": 0}, "port must be a number from 1 to 65535, not 0"),
    ("wait", {"port": "http"}, "port must be a number from 1 to 65535, not 'http'"),
]


test_arguments_that_make_no_sense_are_refused = refusal_tests(server, REFUSED)


def test_a_number_that_users_may_share_is_given():
    with on_fake_host({"server.Users": {}}), pytest.raises(OperationError, match="uid must be given"):
        list(server.user._inner("ann", unique=False, ensure_home=False))


def test_keys_of_a_user_that_goes_are_not_read():
    with on_fake_host({"server.Users": {}}):
        assert not list(server.user._inner("ann", present=False, public_keys="no/such.pub"))


def state_of(host):
    """What these operations change, by other means than facts."""
    files_of = "find /etc /home /root /srv /mnt -printf '%p %M %U %G %l\\n' | sort"
    sums = "find /etc /home /root /srv -type f -exec sha256sum {} + | sort"
    rest = "cat /proc/sys/net/ipv4/ip_forward /proc/mounts; uname -n"
    return [host.check_output("sh", "-c", script).splitlines() for script in (files_of, sums, rest)]


# Each would change a host that lets it.
CHANGES = {
    "group": partial(server.group, "ops"),
    "groupdel": partial(server.group, "operator", present=False),
    "useradd": partial(server.user, "ann"),
    "usermod": partial(server.user, "ask", comment="x"),
    "userdel": partial(server.user, "ask", present=False),
    "keys": partial(
        server.user_authorized_keys, **{**KEYS, "user": "root"}, authorized_key_directory="/etc/keys"
    ),
    "etc_hosts": partial(server.etc_hosts, **NAMES),
    "timezone": partial(server.timezone, "Europe/Vienna"),
    "locale": partial(server.locale, "fr_FR.UTF-8"),
    "limit": partial(server.security_limit, **LIMIT),
    "hostname": partial(server.hostname, "other"),
    "sysctl": partial(server.sysctl, **FORWARD),
    "mount": partial(server.mount, "/mnt", device="x", fs_type="tmpfs"),
    "umount": partial(server.mount, "/srv/there", mounted=False),
    "modprobe": partial(server.modprobe, "loop2"),
}


def all_fail(host, names, **settings):
    operations = {name: CHANGES[name] for name in names}
    return assert_each_fails(host, operations, lambda: state_of(host), **settings or {"SUDO": True})


IN_FILES = ("group", "groupdel", "useradd", "usermod", "userdel", "keys", "etc_hosts", "timezone", "locale")


@pytest.mark.real_hosts
def test_a_file_system_that_can_not_be_written(ssh_host):
    ssh_host.check_output("sh", "-c", "mount --bind /etc /etc; mount -o remount,bind,ro /etc")
    in_files = ("keys", "etc_hosts", "timezone", "locale", "limit", "hostname", "sysctl")
    failed = all_fail(ssh_host, sorted({*IN_FILES, *in_files}))
    for name in in_files:
        assert "ead-only" in failed[name], failed[name]
    for name, tool in (("group", "groupadd"), *((name, name) for name in ("groupdel", "useradd", "usermod"))):
        assert f"{tool}: cannot lock /etc/" in failed[name], failed[name]


@pytest.mark.real_hosts
@pytest.mark.parametrize("fixture", ["ssh_host", "busybox_host"])
@pytest.mark.parametrize("places", [("/etc",), ("/etc/hostname", "/etc/sysctl.conf")])
def test_what_can_not_be_kept_is_not_set_either(request, fixture, places):
    host = request.getfixturevalue(fixture)
    host.check_output("sh", "-ec", "echo before > /etc/hostname; touch /etc/sysctl.conf; hostname before")
    for place in places:
        host.check_output("sh", "-ec", f"mount --bind {place} {place}; mount -o remount,bind,ro {place}")

    def code():
        for name in ("hostname", "sysctl"):
            CHANGES[name](name=name)

    for _ in range(2):
        all_fail(host, ["hostname", "sysctl"], user="root")
    for place in places:
        host.check_output("umount", place)
    assert run_deploy(host, code, user="root").changed == ["hostname", "sysctl"]
    assert host.check_output("cat", "/etc/hostname") == host.check_output("uname", "-n") == "other\n"
    assert "net.ipv4.ip_forward = 1" in host.check_output("cat", "/etc/sysctl.conf").splitlines()
    assert run_deploy(host, code, user="root").unchanged == ["hostname", "sysctl"]
    host.check_output("sh", "-ec", "sysctl net.ipv4.ip_forward=0; sed -i /ip_forward/d /etc/sysctl.conf")


@pytest.mark.real_hosts
def test_a_file_system_that_is_full(ssh_host):
    # All of /etc, on a file system that has no room left; nor have these files, in what they have of it.
    script = "mkdir /old; cp -a /etc/. /old; mount -t tmpfs -o size=8m,mode=755 tmpfs /etc; cp -a /old/. /etc"
    ssh_host.check_output(
        "sh", "-ec", f"{script}; rm -f /etc/timezone; ln -sf /usr/share/zoneinfo/UTC /etc/localtime"
    )
    fill = "yes '#' | head -c 4092 | tee /etc/sysctl.conf > /etc/security/limits.conf"
    ssh_host.check_output("sh", "-ec", f"{fill}; mkdir -m 700 /etc/keys")
    ssh_host.exec("sh", "-c", "cat /dev/zero > /etc/zero")
    failed = all_fail(
        ssh_host, ["useradd", "etc_hosts", "locale", "hostname", "keys", "limit", "sysctl", "timezone"]
    )
    for name in ("etc_hosts", "hostname", "keys", "limit", "sysctl", "timezone"):
        assert re.search("No space left on device|I/O error", failed[name]), failed[name]


TOOLS = {
    "group": "groupadd",
    "groupdel": "groupdel",
    "hostname": "hostname",
    "locale": "locale-gen",
    "mount": "mount",
    "umount": "umount",
    "modprobe": "modprobe",
}


@pytest.mark.real_hosts
def test_a_host_without_the_tools(ssh_host):
    ssh_host.check_output("sh", "-ec", "mkdir /srv/there; mount -t tmpfs tmpfs /srv/there")
    for tool in {*TOOLS.values(), "sysctl"} - {"modprobe"}:
        ssh_host.check_output("sh", "-ec", f'mv "$(command -v {tool})" /opt')
    failed = all_fail(ssh_host, TOOLS)
    for name, tool in TOOLS.items():
        assert tool in failed[name], failed[name]


@pytest.mark.real_hosts
def test_a_host_without_an_init_system(ssh_host, caplog):
    ssh_host.check_output("sh", "-ec", 'mv /etc/init.d /opt; mv "$(command -v service)" /opt')
    result = run_deploy(ssh_host, lambda: server.service("cron", name="service"), SUDO=True)
    assert ssh_host.name in result.failed
    assert "No init system found" in caplog.text


@pytest.fixture
def host(ssh_host):
    """A host with things in the way in `/srv`, shared by the attempts below: none of them changes it."""
    (ssh_host.root / "srv/folder").mkdir()
    (ssh_host.root / "srv/file").write_text("x\n")
    (ssh_host.root / "home/deploy/.ssh/folder").mkdir()
    return ssh_host


# What each says, in the operation's error or in the log, with the host's name.
IN_THE_WAY = {
    "keys in a folder": (
        lambda: server.user_authorized_keys("deploy", "ssh-rsa A", authorized_key_filename="folder"),
        "/home/deploy/.ssh/folder exists and is not a file",
    ),
    "keys below a file": (
        lambda: server.user_authorized_keys("deploy", "ssh-rsa A", authorized_key_directory="/srv/file"),
        "/srv/file exists and is not a directory",
    ),
    "keys of an unknown group": (
        lambda: server.user_authorized_keys("deploy", "ssh-rsa A", group="none-such"),
        "none-such",
    ),
    "keys of an unknown user": (
        lambda: server.user_authorized_keys("nobody.there", "ssh-rsa A"),
        "the host has no user 'nobody.there'",
    ),
    "a name kept in a folder": (
        lambda: server.hostname("other", hostname_file="/srv/folder"),
        "must be a full file path, not a directory",
    ),
    "a parameter kept in a folder": (
        lambda: server.sysctl(**FORWARD, persist_file="/srv/folder"),
        "/srv/folder",
    ),
    "a parameter kept below nothing": (
        lambda: server.sysctl(**FORWARD, persist_file="/srv/none/file"),
        "/srv/none/file",
    ),
    "names in a folder": (
        lambda: server.etc_hosts("::9", "nine", path="/srv/folder"),
        "must be a full file path, not a directory",
    ),
    "a mount on nothing": (
        lambda: server.mount("/srv/none", device="x", fs_type="tmpfs"),
        "mount system call",
    ),
    "a mount on a file": (
        lambda: server.mount("/srv/file", device="x", fs_type="tmpfs"),
        "mount system call",
    ),
    "a mount that fstab does not know": (lambda: server.mount("/mnt"), "/mnt: can't find in /etc/fstab"),
    "a user with another's number": (lambda: server.user("ann", uid=0), "UID 0 is not unique"),
    "a user with a home below nothing": (lambda: server.user("ann", home="some:where"), "some:where"),
    "a user's name": (lambda: server.user("a b"), "a b"),
    "a user's name like an option": (lambda: server.user("-x"), "-x"),
    "a group's name": (lambda: server.group("a b"), "'a b' is not a valid group name"),
    "a group that users have": (lambda: server.group("root", present=False), "group of user 'root'"),
    "a group with another's number": (lambda: server.group("ops", gid=0), "GID '0' already exists"),
    "a hostname": (lambda: server.hostname("x" * 70), "name too long"),
    "a locale": (lambda: server.locale("xx_XX"), "Locale xx_XX not found in /etc/locale.gen"),
    "a process": (lambda: server.kill(4194303), "No such process"),
    "a script's interpreter": (lambda: server.script(StringIO("#!/no/such\n")), "not found"),
    "a command": (lambda: server.shell("no-such-command"), "no-such-command: not found"),
    "a service": (lambda: server.service("no-such"), "no-such"),
    "a service's state": (lambda: server.service("cron", running="yes"), "running must be True, False or"),
    "a service's command": (lambda: server.service("cron", command='"'), "command must be one or more words"),
    "packages": (lambda: server.packages(["tree", ""]), "packages must be names of packages"),
    "a reboot": (lambda: server.reboot(delay=0, reboot_timeout=1), "has not been started anew"),
}


@pytest.mark.real_hosts
def test_what_is_in_the_way_stays(host):
    for name, (code, error) in IN_THE_WAY.items():
        assert_fails(host, code, error, lambda: state_of(host), SUDO=name != "a reboot")
