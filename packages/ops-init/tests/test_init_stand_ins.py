"""Init systems that no Linux host has: programs stand in for their tools, and do as the tools' manuals say.

`initctl` is written after Upstart's initctl(8), as Ubuntu 14.04 has it, and `launchctl` after macOS' launchctl(1); the
scripts of rc.d do what rc.subr(8) of FreeBSD has such scripts do. The services are real processes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations import bsdinit, launchd, openrc, server, systemd, sysvinit, upstart
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

STAND_INS = Path(__file__).parent / "stand_ins"
RC_SCRIPT = """\
#!/bin/sh
pidfile=/run/rc/$(basename "$0")
running() { kill -0 "$(cat "$pidfile" 2>/dev/null)" 2>/dev/null; }
case $1 in
status) running && echo "is running as pid $(cat "$pidfile")." || { echo "is not running."; exit 1; } ;;
start)
    mkdir -p /run/rc
    setsid sleep 1000000 </dev/null >/dev/null 2>&1 &
    echo $! >"$pidfile"
    ;;
stop) kill "$(cat "$pidfile")" && rm "$pidfile" ;;
restart) "$0" stop && "$0" start ;;
*) echo "Usage: $0 [start|stop|restart|status]" >&2; exit 1 ;;
esac
"""


def put(ssh_host, path, text, mode=0o755):
    file = ssh_host.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def stand_in(ssh_host, tool):
    target = ssh_host.root / "usr/local/bin" / tool
    shutil.copyfile(STAND_INS / tool, target)
    target.chmod(0o755)


def pid(ssh_host, path):
    """The process that a service has; None where it has none that lives."""
    file = ssh_host.root / path
    found = file.read_text().strip() if file.exists() else None
    return found if found and ssh_host.exec("kill", "-0", found).returncode == 0 else None


class TestUpstart:
    @pytest.fixture
    def host(self, ssh_host):
        stand_in(ssh_host, "initctl")
        put(ssh_host, "etc/init/demo.conf", 'description "demo"\nexec sleep 1000000\n', 0o644)
        return ssh_host

    def test_runs_restarts_and_stops(self, host):
        def have(**arguments):
            return lambda: upstart.service("demo", name="demo", _sudo=True, **arguments)

        assert assert_idempotent(host, have()).changed == ["demo"]
        first = pid(host, "run/upstart/demo")
        assert first
        assert run_deploy(host, have(restarted=True)).changed == ["demo"]
        assert pid(host, "run/upstart/demo") not in {None, first}
        assert_idempotent(host, have(running=False))
        assert pid(host, "run/upstart/demo") is None

    def test_enabled(self, host):
        def have(enabled):
            return lambda: upstart.service("demo", running=None, enabled=enabled, _sudo=True)

        assert assert_preview_true(host, have(enabled=False)).paths == ["etc/init/demo.override"]
        assert (host.root / "etc/init/demo.override").read_text() == "manual\n"
        assert_idempotent(host, have(enabled=True))
        assert not (host.root / "etc/init/demo.override").exists()

    def test_no_such_job(self, host):
        result = run_deploy(host, lambda: upstart.service("nothing", name="run", _sudo=True))
        assert "initctl: Unknown job: nothing" in result.failed["run"]


class TestLaunchd:
    LABEL = "org.example.it's a proxy"

    @pytest.fixture
    def host(self, ssh_host):
        stand_in(ssh_host, "launchctl")
        put(ssh_host, f"Library/LaunchDaemons/{self.LABEL}.plist", "<plist/>\n", 0o644)
        return ssh_host

    def test_runs_restarts_and_stops(self, host):
        path = f"run/launchd/{self.LABEL}"

        def have(**arguments):
            return lambda: launchd.service(self.LABEL, name="proxy", _sudo=True, **arguments)

        assert assert_idempotent(host, have()).changed == ["proxy"]
        first = pid(host, path)
        assert first
        assert run_deploy(host, have(restarted=True)).changed == ["proxy"]
        assert pid(host, path) not in {None, first}
        assert_idempotent(host, have(running=False))
        assert pid(host, path) is None

    def test_no_such_label(self, host):
        result = run_deploy(host, lambda: launchd.service("org.none", name="run", _sudo=True))
        assert list(result.failed)[-1] == "run"

    @pytest.mark.parametrize("options", ["ro", "size=4k"])
    def test_a_place_that_can_not_be_written(self, host, options):
        def have(label, **arguments):
            return launchd.service(label, name=label, _sudo=True, _ignore_errors=True, **arguments)

        def code():
            have("stopped")
            have("started", restarted=True)
            have("gone", running=False)
            server.shell("true", name="next")

        for label in ("stopped", "started", "gone"):
            put(host, f"Library/LaunchDaemons/{label}.plist", "<plist/>\n", 0o644)
        made = host.exec("sh", "-ec", "mkdir /run/launchd; mount -t tmpfs -o size=4k tmpfs /run/launchd")
        assert made.returncode == 0, made.stderr
        assert not run_deploy(host, lambda: have("started")).failed
        first = pid(host, "run/launchd/started")
        # The one page that there is room for holds the process of the one that runs.
        assert host.exec("mount", "-o", f"remount,{options}", "/run/launchd").returncode == 0
        result = run_deploy(host, code)
        failed = ["stopped", "started"] if options == "ro" else ["stopped"]
        assert list(result.failed) == failed
        assert result.unchanged == ["gone"]
        assert result.changed[-1] == "next"
        assert (pid(host, "run/launchd/started") == first) == (options == "ro")
        assert [path.name for path in (host.root / "run/launchd").iterdir()] == ["started"]


class TestBsdinit:
    @pytest.fixture(params=["etc/rc.d", "usr/local/etc/rc.d"])
    def host(self, request, ssh_host):
        (ssh_host.root / "etc/rc.d").mkdir()
        (ssh_host.root / "usr/local/etc/rc.d").mkdir(parents=True)
        put(ssh_host, f"{request.param}/de-mo", RC_SCRIPT)
        return ssh_host

    def test_runs_restarts_and_stops(self, host):
        def have(**arguments):
            return lambda: bsdinit.service("de-mo", name="demo", _sudo=True, **arguments)

        assert assert_idempotent(host, have()).changed == ["demo"]
        first = pid(host, "run/rc/de-mo")
        assert first
        assert run_deploy(host, have(restarted=True)).changed == ["demo"]
        assert pid(host, "run/rc/de-mo") not in {None, first}
        assert_idempotent(host, have(running=False))
        assert pid(host, "run/rc/de-mo") is None

    def test_enabled(self, host):
        put(host, "etc/rc.conf.local", 'other_enable="YES"\nde_mo_enable="NO"\n', 0o644)

        def have(enabled):
            return lambda: bsdinit.service("de-mo", running=None, enabled=enabled, _sudo=True)

        assert assert_preview_true(host, have(enabled=True)).paths == ["etc/rc.conf.local"]
        conf = host.root / "etc/rc.conf.local"
        assert conf.read_text() == 'other_enable="YES"\nde_mo_enable="YES"\n'
        assert_idempotent(host, have(enabled=False))
        assert conf.read_text() == 'other_enable="YES"\n'

    def test_no_such_script(self, host):
        result = run_deploy(host, lambda: bsdinit.service("nothing", name="run", _sudo=True))
        assert "rc.d/nothing" in result.failed["run"]

    def test_a_script_that_fails_is_not_looked_for_elsewhere(self, host):
        for folder, code in (("etc/rc.d", 1), ("usr/local/etc/rc.d", 0)):
            put(host, f"{folder}/twice", f"#!/bin/sh\n[ $1 = start ] && exit {code}\nexit 1\n")
        assert (
            "exit code 1"
            in run_deploy(host, lambda: bsdinit.service("twice", _sudo=True)).failed["bsdinit.service"]
        )

    def test_it_is_enabled_before_it_is_started(self, host):
        """As rc.subr of FreeBSD has it: what is not enabled is not started, and that is no failure."""
        script = "#!/bin/sh\n[ $1 = start ] || exec test -e /run/late\n"
        refusal = "Cannot 'start' late. Set late_enable to YES in /etc/rc.conf or use 'onestart' instead of 'start'."
        script += f'grep -q late_enable /etc/rc.conf.local && touch /run/late || echo "{refusal}"\n'
        put(host, "etc/rc.d/late", script)

        def code():
            bsdinit.service("late", name="late", enabled=True, _sudo=True)

        for _ in range(2):
            failed = run_deploy(host, lambda: bsdinit.service("late", name="late", _sudo=True)).failed
            assert "Cannot 'start' late" in failed["late"]
        assert assert_idempotent(host, code).changed == ["late"]
        assert (host.root / "run/late").exists()
        assert not list((host.root / "tmp").glob("pyinfra*"))


class TestOpenrc:
    """The real one, as Debian has it; its services are those of the test."""

    SCRIPT = """\
#!/sbin/openrc-run
command=/bin/sleep
command_args=1000000
command_background=true
pidfile=/run/demo.pid
extra_started_commands=reload
reload() { touch /root/reloaded; }
"""

    @pytest.fixture
    def host(self, ssh_host):
        installed = ssh_host.exec(
            *("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes"),
            *("--no-install-recommends", "openrc"),
        )
        assert installed.returncode == 0, installed.stdout + installed.stderr
        put(ssh_host, "etc/init.d/demo", self.SCRIPT)
        # OpenRC starts nothing on a host that was not booted with it, unless it finds this.
        ssh_host.exec("mkdir", "-p", "/run/openrc")
        ssh_host.exec("touch", "/run/openrc/softlevel")
        return ssh_host

    def test_a_service_from_its_start_to_its_end(self, host):
        def have(**arguments):
            return lambda: openrc.service("demo", name="demo", _sudo=True, **arguments)

        result = assert_preview_true(host, have(enabled=True))
        assert result.changed == ["demo"]
        assert "etc/runlevels/default/demo" in result.paths
        first = pid(host, "run/demo.pid")
        assert first
        assert run_deploy(host, have(enabled=True)).unchanged == ["demo"]
        assert run_deploy(host, have(reloaded=True)).changed == ["demo"]
        assert (host.root / "root/reloaded").exists()
        assert run_deploy(host, have(restarted=True)).changed == ["demo"]
        assert pid(host, "run/demo.pid") not in {None, first}
        assert_idempotent(host, have(running=False, enabled=False))
        assert pid(host, "run/demo.pid") is None
        assert not os.path.lexists(host.root / "etc/runlevels/default/demo")

    def test_another_runlevel(self, host):
        def code():
            openrc.service("demo", name="demo", running=None, enabled=True, runlevel="boot", _sudo=True)

        assert_idempotent(host, code)
        assert os.path.lexists(host.root / "etc/runlevels/boot/demo")

    def test_what_there_is_not_fails_and_changes_nothing(self, host):
        def code():
            openrc.service("nothing", name="run", _sudo=True, _ignore_errors=True)
            openrc.service(
                "nothing", name="enable", running=None, enabled=True, _sudo=True, _ignore_errors=True
            )
            server.shell("true", name="next")

        result = run_deploy(host, code)
        assert (list(result.failed), result.changed) == (["run", "enable"], ["next"])
        assert "nothing" in result.failed["run"]
        assert "nothing" in result.failed["enable"]


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(
    ("operation", "tool"),
    [
        (openrc.service, "rc-service"),
        (upstart.service, "initctl"),
        (launchd.service, "launchctl"),
        (systemd.service, "systemctl"),
    ],
)
def test_another_init_systems_host(real_hosts, operation, tool, running):
    (host,) = real_hosts(1)

    def code():
        operation("demo", name="run", running=running, _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert f"{host.name} has no {tool}" in result.failed["run"]
    assert result.changed == ["next"]


@pytest.mark.parametrize("operation", [service.service for service in (bsdinit, openrc, sysvinit, upstart)])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"service": ""}, "service must be"),
        ({"service": 5}, "service must be"),
        ({"running": "yes"}, "running must be True, False or None, not 'yes'"),
        ({"enabled": "yes"}, "enabled must be True, False or None, not 'yes'"),
    ],
)
def test_bad_arguments(operation, arguments, says):
    with pytest.raises((OperationTypeError, OperationValueError)) as raised:
        run_deploy("@local", lambda: operation(**{"service": "demo", **arguments}))
    assert says in str(raised.value)
