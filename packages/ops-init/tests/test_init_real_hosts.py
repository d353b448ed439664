import glob
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.operations import files, runit, sysvinit
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

HEADER = """\
### BEGIN INIT INFO
# Provides:          demo
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: demo
### END INIT INFO
"""

SCRIPT = """\
#!/bin/sh
{header}
pid_file="/run/$(basename "$0").pid"
case $1 in
start)
    sleep 1000000 < /dev/null > /dev/null 2>&1 &
    echo $! > "$pid_file"
    ;;
stop)
    kill "$(cat "$pid_file")" && rm "$pid_file"
    ;;
restart)
    "$0" stop && "$0" start
    ;;
status)
    test -e "$pid_file" && kill -0 "$(cat "$pid_file")" || exit 3
    ;;
*)
    exit 2
    ;;
esac
"""


def install(ssh_host, service, header=HEADER):
    script = ssh_host.root / "etc/init.d" / service
    script.write_text(SCRIPT.format(header=header))
    script.chmod(0o755)


def pid_of(ssh_host, service):
    pid_file = ssh_host.root / "run" / f"{service}.pid"
    if not pid_file.exists():
        return None
    pid = pid_file.read_text().strip()
    return pid if ssh_host.exec("kill", "-0", pid).returncode == 0 else None


def links_of(ssh_host, service):
    return sorted(path.parent.name for path in (ssh_host.root / "etc").glob(f"rc*.d/S??{service}"))


def apply(ssh_host, operation, *args, **kwargs):
    """Give whether an operation changed something on the host."""
    inventory = Inventory(([(ssh_host.name, ssh_host.ssh_data("deploy"))], {}))
    state = State(inventory, Config(FAIL_PERCENT=0))
    connect_all(state)
    try:
        (result,) = add_op(state, operation, *args, _sudo=True, **kwargs).values()
        run_ops(state)
    finally:
        disconnect_all(state)
    return result.did_change()


@pytest.mark.parametrize("service", ["demo", "my demo", "-demo'$HOME", "démo*"])
def test_running(ssh_host, service):
    install(ssh_host, service)
    assert apply(ssh_host, sysvinit.service, service)
    started = pid_of(ssh_host, service)
    assert started
    assert not apply(ssh_host, sysvinit.service, service)
    assert pid_of(ssh_host, service) == started

    assert apply(ssh_host, sysvinit.service, service, restarted=True)
    assert pid_of(ssh_host, service) not in {None, started}

    assert apply(ssh_host, sysvinit.service, service, running=False)
    assert pid_of(ssh_host, service) is None
    assert not apply(ssh_host, sysvinit.service, service, running=False)


def test_a_script_without_header_is_stopped_all_the_same(ssh_host):
    install(ssh_host, "legacy", header="")
    assert apply(ssh_host, sysvinit.service, "legacy")
    assert not apply(ssh_host, sysvinit.service, "legacy")
    assert apply(ssh_host, sysvinit.service, "legacy", running=False)
    assert pid_of(ssh_host, "legacy") is None


def test_enabled(ssh_host):
    install(ssh_host, "demo")
    install(ssh_host, "other-demo")
    for service in ("other-demo", "demo"):
        assert apply(ssh_host, sysvinit.service, service, running=None, enabled=True)
        assert not apply(ssh_host, sysvinit.service, service, running=None, enabled=True)
        assert links_of(ssh_host, service) == ["rc2.d", "rc3.d", "rc4.d", "rc5.d"]

    assert apply(ssh_host, sysvinit.service, "demo", running=None, enabled=False)
    assert links_of(ssh_host, "demo") == []
    assert links_of(ssh_host, "other-demo") == ["rc2.d", "rc3.d", "rc4.d", "rc5.d"]
    assert not apply(ssh_host, sysvinit.service, "demo", running=None, enabled=False)


def test_enable(ssh_host):
    install(ssh_host, "my demo")
    levels = {"start_priority": 91, "start_levels": [3, 5], "stop_levels": [0]}
    assert apply(ssh_host, sysvinit.enable, "my demo", **levels)
    assert not apply(ssh_host, sysvinit.enable, "my demo", **levels)
    etc = ssh_host.root / "etc"
    assert str((etc / "rc3.d/S91my demo").readlink()) == "/etc/init.d/my demo"
    assert str((etc / "rc0.d/K80my demo").readlink()) == "/etc/init.d/my demo"
    assert links_of(ssh_host, "my demo") == ["rc3.d", "rc5.d"]


def test_no_script(ssh_host):
    result = run_deploy(ssh_host, lambda: sysvinit.enable(name="enable", service="nothing"), SUDO=True)
    assert f"{ssh_host.name} has no /etc/init.d/nothing" in result.failed["enable"]
    assert links_of(ssh_host, "nothing") == []
    result = run_deploy(ssh_host, lambda: sysvinit.service(name="run", service="nothing"), SUDO=True)
    assert "/etc/init.d/nothing" in result.failed["run"]


def test_a_script_that_another_operation_makes_is_enabled(ssh_host):
    def code():
        files.put(name="put", src=StringIO(SCRIPT.format(header=HEADER)), dest="/etc/init.d/demo", mode="755")
        sysvinit.enable(name="enable", service="demo")

    assert_idempotent(ssh_host, code, SUDO=True)
    assert links_of(ssh_host, "demo") == ["rc2.d", "rc3.d", "rc4.d", "rc5.d"]


NAMES = st.text(
    st.characters(blacklist_characters="/\0\n", blacklist_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda name: name not in {".", ".."} and len(name.encode()) < 100)


def test_any_name_is_enabled_and_run_once(ssh_host):
    @settings(max_examples=3, deadline=None)
    @given(NAMES)
    def check(service):
        install(ssh_host, service)

        def code():
            sysvinit.enable(name="enable", service=service)
            sysvinit.service(name="run", service=service)

        assert assert_idempotent(ssh_host, code, SUDO=True).changed == ["enable", "run"]
        assert len(links_of(ssh_host, glob.escape(service))) == 4
        assert apply(ssh_host, sysvinit.service, service, running=False, enabled=False)
        assert links_of(ssh_host, glob.escape(service)) == []
        (ssh_host.root / "etc/init.d" / service).unlink()

    check()


@pytest.fixture
def runit_host(ssh_host):
    # Not on every host: server.service prefers it to sysvinit where it is there.
    installed = ssh_host.exec(
        *("env", "DEBIAN_FRONTEND=noninteractive"),
        *("apt-get", "install", "--yes", "--no-install-recommends", "runit"),
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    (ssh_host.root / "var/service").mkdir(exist_ok=True)
    ssh_host.exec("sh", "-c", "setsid runsvdir /var/service < /dev/null > /dev/null 2>&1 &")
    return ssh_host


def install_runit_service(ssh_host, service):
    folder = ssh_host.root / "etc/sv" / service
    folder.mkdir(parents=True)
    (folder / "run").write_text("#!/bin/sh\nexec sleep 1000000\n")
    (folder / "run").chmod(0o755)
    return folder


def runit_pid(folder):
    return (folder / "supervise/pid").read_text().strip() or None


@pytest.mark.parametrize("service", ["demo", "my démo\nzwei'$HOME`id`"])
def test_runit(runit_host, service):
    folder = install_runit_service(runit_host, service)
    assert apply(runit_host, runit.service, service)
    started = runit_pid(folder)
    assert started
    assert not (folder / "down").exists()
    assert not apply(runit_host, runit.service, service)
    assert runit_pid(folder) == started

    assert apply(runit_host, runit.service, service, restarted=True)
    # Of a service that ran for less than a second, sv says that it restarted before it has.
    runit_host.exec("sv", "start", f"/etc/sv/{service}")
    assert runit_pid(folder) not in {None, started}

    assert apply(runit_host, runit.service, service, running=False, enabled=False)
    assert runit_pid(folder) is None
    assert (folder / "down").exists()
    assert not apply(runit_host, runit.service, service, running=False, enabled=False)

    assert apply(runit_host, runit.service, service, managed=False)
    assert not (runit_host.root / "var/service" / service).is_symlink()
    assert not apply(runit_host, runit.service, service, managed=False)


def test_a_new_runit_service_that_must_not_run_is_never_started(runit_host):
    folder = install_runit_service(runit_host, "demo")
    (folder / "run").write_text("#!/bin/sh\ntouch started\nexec sleep 1000000\n")
    assert apply(runit_host, runit.service, "demo", running=False, enabled=False)
    assert (folder / "supervise").is_dir()
    assert not (folder / "started").exists()


def test_what_runit_does_not_take_is_not_left_half_taken(ssh_host):
    folder = install_runit_service(ssh_host, "demo")
    (ssh_host.root / "var/service").mkdir()
    # Without a runsvdir, and without the ten seconds that it is given.
    for tool in ("sv", "sleep"):
        (ssh_host.root / "usr/local/bin" / tool).write_text(f"#!/bin/sh\n[ {tool} = sleep ]\n")
        (ssh_host.root / "usr/local/bin" / tool).chmod(0o755)

    def code():
        runit.service("demo", name="demo", _sudo=True)

    for _ in range(2):
        assert "demo" in run_deploy(ssh_host, code).failed
        assert not list((ssh_host.root / "var/service").iterdir())
        assert not (folder / "down").exists()
    (folder / "down").write_text("")
    assert "demo" in run_deploy(ssh_host, code).failed
    assert (folder / "down").exists()
    (ssh_host.root / "var/service/demo").write_text("no link\n")
    assert "demo" in run_deploy(ssh_host, code).failed
    assert (ssh_host.root / "var/service/demo").read_text() == "no link\n"


def test_runit_does_as_previewed(runit_host):
    folder = install_runit_service(runit_host, "demo")

    def have(**arguments):
        return lambda: runit.service(name="demo", service="demo", _sudo=True, **arguments)

    made = assert_preview_true(runit_host, have())
    assert "var/service/demo" in made.paths
    assert runit_pid(folder)
    assert assert_idempotent(runit_host, have(running=False, enabled=False)).changed == ["demo"]
    assert runit_pid(folder) is None


def test_runit_has_no_such_service(runit_host):
    result = run_deploy(runit_host, lambda: runit.manage(name="manage", service="nothing"), SUDO=True)
    assert f"{runit_host.name} has no /etc/sv/nothing" in result.failed["manage"]
    assert not (runit_host.root / "var/service/nothing").is_symlink()
    result = run_deploy(runit_host, lambda: runit.auto(name="auto", service="nothing", auto=False), SUDO=True)
    assert "auto" in result.failed


def test_what_runit_does_not_look_after_is_waited_for_in_vain(runit_host):
    result = run_deploy(
        runit_host, lambda: runit.wait_runsv(name="wait", service="nothing", timeout=1), SUDO=True
    )
    assert "wait" in result.failed


def test_runit_by_its_parts(runit_host):
    folder = install_runit_service(runit_host, "demo")

    def code():
        runit.auto(name="auto", service="demo", auto=False)
        runit.manage(name="manage", service="demo")

    assert_idempotent(runit_host, code, SUDO=True)
    result = run_deploy(
        runit_host, lambda: runit.wait_runsv(name="wait", service="demo", timeout=15), SUDO=True
    )
    assert not result.failed
    assert (folder / "supervise").is_dir()
    assert runit_pid(folder) is None
