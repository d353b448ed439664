"""Real hosts: what they have, and what can be done to them."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyinfra_testkit.hosts import PASSWORDS, HostsError, Lab, RealHost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyinfra_testkit.pytest_plugin import RealHosts


@pytest.fixture(scope="module")
def lab(real_hosts: RealHosts) -> Iterator[Lab]:
    """A lab of this module's own, beside the session's, and skipped where that one is."""
    with Lab() as lab:
        yield lab


def ssh(
    host: RealHost, command: str, *options: str, user: str = "root", stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    config = str(host.known_hosts.with_name("ssh_config"))
    argv = ["ssh", "-F", config, "-l", user, *options, host.name, command]
    return subprocess.run(argv, capture_output=True, text=True, input=stdin, check=False)


@pytest.mark.parametrize("user", ["root", "deploy", "ask"])
def test_each_user_logs_in_with_the_key(ssh_host: RealHost, user: str) -> None:
    assert ssh(ssh_host, "whoami", user=user).stdout == f"{user}\n"


@pytest.mark.parametrize(("user", "accepted"), [("root", False), ("deploy", True), ("ask", True)])
def test_users_but_not_root_log_in_with_a_password(
    ssh_host: RealHost, tmp_path: Path, user: str, accepted: bool
) -> None:
    answer = tmp_path / "answer"
    answer.write_text(f"#!/bin/sh\necho {PASSWORDS[user]}\n")
    answer.chmod(0o755)
    config = ssh_host.known_hosts.with_name("ssh_config")
    options = ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1", "-l", user]
    done = subprocess.run(
        ["setsid", "ssh", "-F", str(config), *options, ssh_host.name, "true"],
        env={**os.environ, "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) is accepted


def test_sudo_asks_only_the_user_named_for_it(ssh_host: RealHost) -> None:
    assert ssh(ssh_host, "sudo -n whoami", user="deploy").stdout == "root\n"
    assert ssh(ssh_host, "sudo -n whoami", user="ask").returncode != 0
    assert ssh(ssh_host, "sudo -S whoami", user="ask", stdin=f"{PASSWORDS['ask']}\n").stdout == "root\n"
    assert ssh(ssh_host, "doas -n whoami", user="deploy").stdout == "root\n"
    assert ssh(ssh_host, "doas -n whoami", user="ask").returncode != 0


def test_apt_installs_upgrades_and_verifies_without_a_way_out(ssh_host: RealHost) -> None:
    assert ssh_host.exec("apt-get", "update").returncode == 0
    assert (
        ssh_host.exec("apt-get", "install", "-y", "testkit-demo=1.0", "tree", "sl", "hello").returncode == 0
    )
    assert (ssh_host.root / "usr/share/testkit-demo/version").read_text() == "1.0\n"
    assert ssh_host.exec("apt-get", "upgrade", "-y").returncode == 0
    assert (ssh_host.root / "usr/share/testkit-demo/version").read_text() == "2.0\n"


def test_a_second_repository_is_there_to_be_added(ssh_host: RealHost) -> None:
    assert ssh_host.exec("apt-get", "install", "-y", "testkit-extra").returncode != 0
    line = "deb [signed-by=/srv/testkit-repository/key.asc] file:/srv/testkit-repository/extra ./\n"
    (ssh_host.root / "etc/apt/sources.list.d/extra.list").write_text(line)
    assert ssh_host.exec("apt-get", "update").returncode == 0
    assert ssh_host.exec("apt-get", "install", "-y", "testkit-extra").returncode == 0


def test_hosts_have_shells_and_tools_but_no_python(ssh_host: RealHost) -> None:
    for tool in ["dash", "bash", "busybox", "gpg", "curl", "wget", "crontab", "doas", "setfacl", "ps"]:
        assert ssh_host.exec("which", tool).returncode == 0, tool
    assert ssh_host.exec("which", "python3").returncode != 0


@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "ja_JP.UTF-8", "tr_TR.UTF-8"])
def test_locales_are_there(ssh_host: RealHost, locale: str) -> None:
    spoken = ssh_host.exec("env", f"LC_ALL={locale}", "ls", "/nothing").stderr
    assert spoken
    assert "No such file" not in spoken


def test_exec_keeps_arguments_input_and_bytes(ssh_host: RealHost) -> None:
    echoed = ssh_host.exec("printf", "%s|", "a b", "$HOME", "'", "\n")
    assert echoed.stdout == "a b|$HOME|'|\n|"
    assert ssh_host.exec("cat", input=b"caf\xe9").stdout.encode(errors="surrogateescape") == b"caf\xe9"
    assert ssh_host.exec("sh", "-c", "whoami; pwd; echo $HOME", user="ask").stdout == "ask\n/\n/home/ask\n"
    assert ssh_host.exec("false").returncode == 1


def test_reset_forgets_what_was_changed(ssh_host: RealHost) -> None:
    ssh_host.exec("touch", "/changed")
    ssh_host.exec("rm", "/etc/passwd")
    ssh_host.cut()
    ssh_host.reset()
    assert not (ssh_host.root / "changed").exists()
    assert ssh(ssh_host, "whoami").stdout == "root\n"


def test_reboot_keeps_the_disk_and_loses_the_processes(ssh_host: RealHost) -> None:
    before = ssh_host.pid
    ssh(ssh_host, "touch /kept /run/lost; reboot; sleep 30")
    ssh_host.recover()
    assert ssh_host.pid != before
    assert ssh_host.exec("ls", "/kept").returncode == 0
    assert ssh_host.exec("ls", "/run/lost").returncode != 0


def test_a_host_that_is_cut_off_is_silent_until_healed(ssh_host: RealHost) -> None:
    ssh_host.cut()
    lost = ssh(ssh_host, "true", "-o", "ConnectTimeout=1")
    assert "timed out" in lost.stderr
    ssh_host.heal()
    assert ssh(ssh_host, "true").returncode == 0


def test_a_frozen_host_accepts_but_does_not_answer_until_thawed(ssh_host: RealHost) -> None:
    ssh_host.freeze()
    lost = ssh(ssh_host, "true", "-o", "ConnectTimeout=1")
    assert "banner exchange" in lost.stderr
    ssh_host.thaw()
    assert ssh(ssh_host, "true").returncode == 0


def test_hosts_are_given_again_in_working_order(lab: Lab) -> None:
    first, second = lab.hosts(2)
    first.exec("touch", "/changed")
    first.freeze()
    second.cut()
    again = lab.hosts(2)
    assert again == [first, second]
    assert all(ssh(host, "true").returncode == 0 for host in again)
    assert (first.root / "changed").exists()
    assert not (lab.hosts(1, reset=True)[0].root / "changed").exists()


def test_hosts_reach_each_other(lab: Lab) -> None:
    lab.hosts(2)
    config = str(lab.directory / "ssh_config")
    argv = ["ssh", "-F", config, "-J", "h1", "h2", "hostname"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout == "h2\n"


def test_labs_stand_side_by_side(lab: Lab) -> None:
    here = lab.hosts(1)[0]
    with Lab() as other:
        there = other.hosts(1)[0]
        assert there.address != here.address
        there.exec("touch", "/there")
        assert not (here.root / "there").exists()
        assert ssh(here, "hostname").stdout == ssh(there, "hostname").stdout == "h1\n"


def test_a_closed_lab_leaves_nothing(lab: Lab) -> None:
    with Lab() as other:
        host, directory = other.hosts(1)[0], other.directory
        pid, bridge = host.pid, other.network.bridge
    assert not directory.exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not list(Path("/sys/class/net").glob(f"{bridge}*"))
    with pytest.raises(HostsError, match="closed"):
        other.hosts(1)


def test_hosts_die_with_the_process_that_made_them_and_the_next_lab_clears_up(lab: Lab) -> None:
    script = (
        "import os, signal\nfrom pyinfra_testkit.hosts import Lab\n"
        "lab = Lab()\nhost, = lab.hosts(1)\nhost.freeze()\n"
        "print(host.pid, lab.network.bridge, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    pid, bridge = done.stdout.split()
    with suppress(ProcessLookupError):
        ended = os.pidfd_open(int(pid))
        assert select.select([ended], [], [], 10)[0], "the host outlived its maker"
        os.close(ended)
    with Lab():
        assert not list(Path("/sys/class/net").glob(f"{bridge}h*"))
    assert not Path("/sys/class/net", bridge).exists()
