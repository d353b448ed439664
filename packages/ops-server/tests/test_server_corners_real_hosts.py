"""What careful administrators try, on real hosts: odd values, values that are wrong, and what is left behind."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.operations import server
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts

# What useradd takes for a comment: one line, no colon, which separates fields.
COMMENTS = st.text(
    st.characters(blacklist_characters=":\0\n\r", blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20
).filter(lambda comment: comment.strip() == comment)
HOSTNAMES = st.lists(
    st.from_regex(r"[a-z$'\"*&;|\\][a-z0-9.$`()'\"*&;|\\é-]{0,10}", fullmatch=True),
    min_size=1,
    max_size=3,
    unique=True,
)


def text_of(ssh_host, path):
    return (ssh_host.root / path.lstrip("/")).read_text()


def left_behind(ssh_host):
    return [path.name for path in (ssh_host.root / "tmp").glob("pyinfra-*")]


def test_any_comment_is_that_of_the_user(ssh_host):
    @settings(max_examples=3, deadline=None)
    @given(COMMENTS)
    def check(comment):
        ssh_host.exec("userdel", "ann")
        assert_idempotent(
            ssh_host,
            lambda: server.user(name="user", user="ann", comment=comment, ensure_home=False),
            SUDO=True,
        )
        (line,) = (line for line in text_of(ssh_host, "/etc/passwd").split("\n") if line.startswith("ann:"))
        assert line.split(":")[4] == comment

    check()


def test_any_names_are_those_of_an_address(ssh_host):
    @settings(max_examples=3, deadline=None)
    @given(HOSTNAMES)
    def check(names):
        before = text_of(ssh_host, "/etc/hosts")
        assert_idempotent(
            ssh_host, lambda: server.etc_hosts(name="add", ip="fd00::7", hostnames=names), SUDO=True
        )
        assert text_of(ssh_host, "/etc/hosts").splitlines()[-1] == f"fd00::7 {' '.join(names)}"
        assert_idempotent(
            ssh_host, lambda: server.etc_hosts(name="remove", ip="fd00::7", present=False), SUDO=True
        )
        assert text_of(ssh_host, "/etc/hosts") == before

    check()


def test_a_user_of_a_group_that_is_not_there(ssh_host):
    before = text_of(ssh_host, "/etc/passwd"), text_of(ssh_host, "/etc/group")

    def code():
        server.user(name="primary", user="ann", group="nobodys", _ignore_errors=True)
        server.user(name="secondary", user="ann", groups=["adm", "nobodys"], _ignore_errors=True)
        server.shell(name="goes on", commands="true")

    result = run_deploy(ssh_host, code, SUDO=True)
    assert sorted(result.failed) == ["primary", "secondary"]
    assert all("nobodys" in why for why in result.failed.values())
    assert result.changed == ["goes on"]
    assert (text_of(ssh_host, "/etc/passwd"), text_of(ssh_host, "/etc/group")) == before


def test_a_home_that_is_a_file(ssh_host, caplog):
    (ssh_host.root / "home/ann").write_text("mine")
    result = run_deploy(ssh_host, lambda: server.user(name="user", user="ann"), SUDO=True)
    assert result.failed
    assert "/home/ann" in caplog.text
    assert text_of(ssh_host, "/home/ann") == "mine"
    assert "ann:" not in text_of(ssh_host, "/etc/passwd")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("useradd", {"user": "ann"}),
        ("usermod", {"user": "deploy", "shell": "/bin/dash"}),
        ("userdel", {"user": "deploy", "present": False}),
    ],
)
def test_a_host_without_the_tools_for_users(ssh_host, caplog, tool, arguments):
    path = ssh_host.exec("sh", "-c", f"command -v {tool}").stdout.strip()
    ssh_host.exec("mv", path, f"{path}.gone")
    before = text_of(ssh_host, "/etc/passwd")
    assert run_deploy(ssh_host, lambda: server.user(name="user", **arguments), SUDO=True).failed
    assert f"[{ssh_host.name}]" in caplog.text
    assert f"{tool} is not installed" in caplog.text
    assert text_of(ssh_host, "/etc/passwd") == before


def test_a_group_is_made_with_its_number_and_its_like_is_refused(ssh_host):
    assert_idempotent(ssh_host, lambda: server.group(name="group", group="ops", gid=777), SUDO=True)
    result = run_deploy(ssh_host, lambda: server.group(name="again", group="ops2", gid=777), SUDO=True)
    assert "777" in result.failed["again"]
    assert "ops2:" not in text_of(ssh_host, "/etc/group")


def test_kernel_parameters(ssh_host):
    key = "net.ipv4.ip_forward"

    def code(value, key=key):
        return lambda: server.sysctl(name="sysctl", key=key, value=value, persist=True)

    for value in (1, 0, 1):
        assert_idempotent(ssh_host, code(value), SUDO=True)
        assert ssh_host.exec("cat", "/proc/sys/net/ipv4/ip_forward").stdout == f"{value}\n"
        own = [line for line in text_of(ssh_host, "/etc/sysctl.conf").splitlines() if line.startswith(key)]
        assert own[-1] == f"{key} = {value}"
    range_key = "net/ipv4/ip_local_port_range"
    assert_idempotent(
        ssh_host, lambda: server.sysctl(name="range", key=range_key, value=[30000, 40000]), SUDO=True
    )
    assert ssh_host.exec("cat", f"/proc/sys/{range_key}").stdout.split() == ["30000", "40000"]
    before = text_of(ssh_host, "/etc/sysctl.conf")
    result = run_deploy(ssh_host, code(1, key="net.ipv4.no_such"), SUDO=True)
    assert "no_such" in result.failed["sysctl"]
    assert text_of(ssh_host, "/etc/sysctl.conf") == before


def test_limits_that_come_and_go(ssh_host):
    path = "/etc/security/limits.conf"
    (ssh_host.root / path.lstrip("/")).write_text("annyb soft nofile 5\n")
    for value in (1024, 4096, 1024, "unlimited"):
        assert_idempotent(
            ssh_host,
            lambda value=value: server.security_limit(
                name="limit", domain="ann.b", limit_type="soft", item="nofile", value=value
            ),
            SUDO=True,
        )
        lines = text_of(ssh_host, path).splitlines()
        assert lines[0] == "annyb soft nofile 5"
        assert lines[-1] == f"ann.b\tsoft\tnofile\t{value}"


def test_a_signal_ends_a_process(ssh_host):
    pid = ssh_host.exec("sh", "-c", "sleep 1000000 > /dev/null 2>&1 & echo $!").stdout.strip()

    def code():
        server.kill(name="there", pid=int(pid), signal="SIGKILL")
        server.kill(name="gone", pid=4194303, _ignore_errors=True)

    result = run_deploy(ssh_host, code, SUDO=True)
    assert list(result.failed) == ["gone"]
    assert ssh_host.exec("kill", "-0", pid).returncode != 0


@pytest.mark.parametrize("exit_code", [0, 3])
def test_a_script_leaves_nothing_behind(ssh_host, exit_code):
    def code():
        script = f'#!/bin/sh\necho "$0 $1" >> /tmp/said\nexit {exit_code}\n'
        server.script(name="script", src=StringIO(script), args=["a b"], _ignore_errors=True)
        template = StringIO(script.replace("$1", "{{ who }}"))
        server.script_template(name="template", src=template, who="you", _ignore_errors=True)

    result = run_deploy(ssh_host, code)
    assert sorted(result.failed) == (["script", "template"] if exit_code else [])
    first, second = text_of(ssh_host, "/tmp/said").splitlines()
    assert (first.partition(" ")[2], second.partition(" ")[2]) == ("a b", "you")
    assert left_behind(ssh_host) == []


def test_a_script_s_name_is_no_other_runs(ssh_host):
    def code():
        server.script(name="script", src=StringIO("#!/bin/sh\necho $0\n"))

    assert run_deploy(ssh_host, code).outputs["script"].startswith("/tmp/pyinfra-")


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Europe"])
def test_a_zone_that_the_host_does_not_know(ssh_host, zone):
    before = (ssh_host.root / "etc/localtime").readlink()
    result = run_deploy(ssh_host, lambda: server.timezone(name="zone", timezone=zone), SUDO=True)
    assert f"{ssh_host.name} has no '{zone}' there" in result.failed["zone"]
    assert (ssh_host.root / "etc/localtime").readlink() == before


def test_a_host_without_locale_gen(ssh_host):
    ssh_host.exec("mv", "/usr/sbin/locale-gen", "/usr/sbin/locale-gen.gone")
    before = text_of(ssh_host, "/etc/locale.gen")
    result = run_deploy(ssh_host, lambda: server.locale(name="locale", locale="fr_FR.UTF-8"), SUDO=True)
    assert f"{ssh_host.name} has no locale-gen" in result.failed["locale"]
    assert text_of(ssh_host, "/etc/locale.gen") == before


def test_a_device_that_is_not_there(ssh_host):
    ssh_host.exec("mkdir", "/mnt/data")

    def code():
        server.mount(name="mount", path="/mnt/data", device="/dev/nothing", _ignore_errors=True)
        server.mount(name="folder", path="/mnt/none", device="x", fs_type="tmpfs", _ignore_errors=True)
        server.mount(name="unmount", path="/mnt/data", mounted=False)

    result = run_deploy(ssh_host, code, SUDO=True)
    assert sorted(result.failed) == ["folder", "mount"]
    assert result.unchanged == ["unmount"]


def test_a_host_without_modprobe(ssh_host):
    result = run_deploy(ssh_host, lambda: server.modprobe(name="load", module="no_such"), SUDO=True)
    assert "modprobe" in result.failed["load"]
