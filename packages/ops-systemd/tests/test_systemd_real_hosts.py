"""Units on real hosts, where a program stands in for systemctl: systemd itself only runs as a host's first process.

It does what systemctl(1) of systemd 252 says, with the texts of that version; the units are real processes.
"""

from __future__ import annotations

import os
import shutil
from io import StringIO
from pathlib import Path

import pytest
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations import files, server, systemd
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

UNIT = "[Service]\nExecStart=/bin/sleep {seconds}\n\n[Install]\nWantedBy=multi-user.target\n"


@pytest.fixture
def host(ssh_host):
    target = ssh_host.root / "usr/local/bin/systemctl"
    shutil.copyfile(Path(__file__).parent / "stand_ins/systemctl", target)
    target.chmod(0o755)
    return ssh_host


def put(host, unit, text):
    (host.root / "etc/systemd/system" / unit).write_text(text)


def words(host, unit):
    """The command line of a unit's process; None where it has none."""
    file = host.root / "run/systemctl" / f"{unit}.pid"
    if not file.exists():
        return None
    shown = host.exec("ps", "-o", "args=", "-p", file.read_text().strip())
    return shown.stdout.strip() or None


@pytest.mark.parametrize("name", ["demo", "-it's@a\\x20b", "nachts.timer"])
def test_a_unit_from_its_start_to_its_end(host, name):
    unit = name if name.endswith(".timer") else f"{name}.service"
    put(host, unit, UNIT.format(seconds=1000001))

    def have(**arguments):
        return lambda: systemd.service(name, name="unit", _sudo=True, **arguments)

    result = assert_preview_true(host, have(enabled=True))
    link = f"etc/systemd/system/multi-user.target.wants/{unit}"
    assert (result.changed, link in result.paths) == (["unit"], True)
    assert words(host, unit) == "/bin/sleep 1000001"
    assert run_deploy(host, have(enabled=True)).unchanged == ["unit"]
    assert_idempotent(host, have(running=False, enabled=False))
    assert words(host, unit) is None
    assert not os.path.lexists(host.root / link)


@pytest.mark.parametrize("also", ["", "Also=other.service\n"])
def test_a_unit_that_can_be_enabled_only_in_part(host, also):
    """systemd 252 makes the links that it can and exits with 1; a unit with one of them is an enabled one."""
    put(host, "demo.service", f"[Install]\nWantedBy=a.target b.target\n{also}")
    system = host.root / "etc/systemd/system"
    (system / "b.target.wants").write_text("no folder\n")

    def have(enabled):
        return lambda: systemd.service("demo", name="unit", running=None, enabled=enabled, _sudo=True)

    def links():
        return sorted(str(path.relative_to(system)) for path in system.glob("*/demo.*"))

    assert "b.target.wants" in run_deploy(host, have(True)).failed["unit"]
    if also:
        # What else it names would be disabled, too.
        assert links() == ["a.target.wants/demo.service"]
        return
    assert links() == []
    assert "b.target.wants" in run_deploy(host, have(True)).failed["unit"]
    (system / "b.target.wants").unlink()
    assert_idempotent(host, have(True))
    assert links() == ["a.target.wants/demo.service", "b.target.wants/demo.service"]
    assert_idempotent(host, have(False))
    assert links() == []


def test_a_changed_unit_file_is_read_again(host):
    """As it is done in deploys: put the file, and where it changed, have it read and the unit restarted."""
    put(host, "demo.service", UNIT.format(seconds=1000001))
    run_deploy(host, lambda: systemd.service("demo", _sudo=True))
    text = UNIT.format(seconds=1000002)

    def code():
        unit = files.put(
            name="put", src=StringIO(text), dest="/etc/systemd/system/demo.service", mode="644", _sudo=True
        )
        systemd.daemon_reload(name="reload", _sudo=True, _if=unit.did_change)
        systemd.service("demo", name="restart", restarted=True, _sudo=True, _if=unit.did_change)

    result = assert_preview_true(host, code)
    assert result.changed == ["put", "reload", "restart"]
    assert words(host, "demo.service") == "/bin/sleep 1000002"
    assert run_deploy(host, code).changed == []


def test_reading_unit_files_is_previewed(host):
    result = assert_preview_true(host, lambda: systemd.daemon_reload(name="reload", _sudo=True))
    assert result.changed == ["reload"]


def test_a_static_unit_is_left(host):
    put(host, "demo.service", "[Service]\nExecStart=/bin/sleep 1000001\n")

    def code():
        systemd.service("demo", name="unit", running=None, enabled=False, _sudo=True)

    assert run_deploy(host, code).unchanged == ["unit"]


def test_what_there_is_not_fails_and_changes_nothing(host):
    def code():
        systemd.service("nothing", name="run", _sudo=True, _ignore_errors=True)
        systemd.service("nothing", name="enable", running=None, enabled=True, _sudo=True, _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert (list(result.failed), result.changed) == (["run", "enable"], ["next"])
    assert "Unit nothing.service not found" in result.failed["run"]
    assert "Unit file nothing.service does not exist" in result.failed["enable"]


def test_a_file_system_that_can_not_be_written(host):
    put(host, "demo.service", UNIT.format(seconds=1000001))
    host.exec("sh", "-c", "cd /etc/systemd; mount --bind . . && mount -o remount,bind,ro /etc/systemd")

    def code():
        systemd.service("demo", name="enable", running=None, enabled=True, _sudo=True, _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert (list(result.failed), result.changed) == (["enable"], ["next"])
    assert "ead-only file system" in result.failed["enable"]


def test_a_host_without_systemd_has_no_unit_files_to_read(ssh_host):
    result = run_deploy(ssh_host, lambda: systemd.daemon_reload(name="reload"))
    assert "systemctl: not found" in result.failed["reload"]


@pytest.mark.parametrize("running", [True, False])
def test_a_host_without_systemd(ssh_host, running):
    result = run_deploy(ssh_host, lambda: systemd.service("demo", name="run", running=running))
    assert f"{ssh_host.name} has no systemctl" in result.failed["run"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"service": ""}, "service must be the name of a service, not ''"),
        ({"service": "a*"}, "service must be the name of one unit, not the pattern 'a*'"),
        ({"running": "yes"}, "running must be True, False or None, not 'yes'"),
        ({"enabled": 1}, "enabled must be True, False or None, not 1"),
        ({"machine": ""}, "machine must be"),
        ({"user_name": ""}, "user_name must be"),
        ({"user_name": "a\nb"}, "user_name must be"),
    ],
)
def test_bad_arguments(arguments, says):
    with pytest.raises((OperationTypeError, OperationValueError)) as raised:
        run_deploy("@local", lambda: systemd.service(**{"service": "demo", **arguments}))
    assert says in str(raised.value)
