"""One bad host changes nothing elsewhere, only known hosts are spoken to, and Ctrl-C ends a run soon."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

DEPLOY = """
from pyinfra.operations import files

files.file(name="Leave a mark", path="/tmp/mark")
"""


def inventory_of(*named) -> str:
    return f"hosts = {[(name, data) for name, data in named]!r}\n"


def has(host, path: str) -> bool:
    return host.exec("test", "-e", path).returncode == 0


@pytest.mark.slow
def test_a_host_that_is_frozen_before_it_is_connected_changes_nothing_elsewhere(pyinfra, real_hosts):
    frozen, *others = real_hosts(4, reset=True)
    pyinfra.write(
        "inventory.py", inventory_of(*[(one.name, one.ssh_data("deploy")) for one in (frozen, *others)])
    )
    pyinfra.write("deploy.py", DEPLOY)
    frozen.freeze()
    began = time.monotonic()
    try:
        done = pyinfra.run("--yes", "inventory.py", "deploy.py", timeout=75)
    finally:
        frozen.recover()
    assert time.monotonic() - began < 60
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"Failed hosts: {frozen.name}\n" in done.stdout
    assert f"[{frozen.name}]" in done.stdout + done.stderr
    for host in others:
        assert f"[{host.name}] files.file: Leave a mark (changed)" in done.stdout
        assert has(host, "/tmp/mark")
    assert not has(frozen, "/tmp/mark")


@pytest.mark.parametrize("checking", ["yes", "accept-new"])
def test_a_host_whose_key_changed_is_refused_and_told_nothing(pyinfra, real_hosts, checking):
    changed, well = real_hosts(2, reset=True)
    known = pyinfra.home / ".ssh/known_hosts"
    known.write_text(f"{changed.address} {well.public_key}\n{well.address} {well.public_key}\n")
    data = {"ssh_known_hosts_file": str(known), "ssh_strict_host_key_checking": checking}
    # Only the right password can log in, so that any attempt would leave a trace.
    by_password = {**changed.ssh_data("deploy", password=True), **data}
    pyinfra.write(
        "inventory.py", inventory_of(("changed", by_password), ("well", {**well.ssh_data("deploy"), **data}))
    )
    pyinfra.write("deploy.py", DEPLOY)
    before = known.read_text()
    done = pyinfra.run("--yes", "inventory.py", "deploy.py")
    assert done.returncode == 1, done.stdout + done.stderr
    # As it happens, and again in the summary.
    [line] = {line for line in (done.stdout + done.stderr).splitlines() if "[changed]" in line}
    assert "key" in line
    assert "ssh-keygen -R" in line
    assert known.read_text() == before
    assert not has(changed, "/tmp/mark")
    assert has(well, "/tmp/mark")


def test_ctrl_c_ends_a_run_over_ssh_within_5_seconds_and_starts_nothing_more(pyinfra, real_hosts):
    hosts = real_hosts(2, reset=True)
    pyinfra.write("inventory.py", inventory_of(*[(one.name, one.ssh_data("deploy")) for one in hosts]))
    pyinfra.write(
        "deploy.py",
        "from pyinfra.operations import server\n"
        "server.shell(name='Take long', commands=['touch /tmp/begun; exec sleep 600', 'touch /tmp/second'])\n"
        "server.shell(name='Go on', commands='touch /tmp/next')\n",
    )
    process = pyinfra.start("--yes", "inventory.py", "deploy.py")
    try:
        for host in hosts:
            host.exec("sh", "-c", "until [ -e /tmp/begun ]; do :; done")
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        stdout, stderr = process.communicate(timeout=30)
        took = time.monotonic() - began
    except subprocess.TimeoutExpired:
        pytest.fail("the run did not end within 30 seconds of Ctrl-C")
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, stdout + stderr
    assert took < 5
    assert "Traceback" not in stdout + stderr
    assert "(changed)" not in stdout
    for host in hosts:
        assert not has(host, "/tmp/second")
        assert not has(host, "/tmp/next")
