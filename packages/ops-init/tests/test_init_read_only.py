"""Services of hosts that can not be written: each fails by itself, and what is there stays as it is."""

from __future__ import annotations

import pytest
from pyinfra.operations import bsdinit, openrc, runit, server, sysvinit, upstart
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts

SCRIPT = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides:          demo
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: demo
### END INIT INFO
exit 0
"""
NOTHING = {"running": None, "_sudo": True, "_ignore_errors": True}


@pytest.fixture
def host(ssh_host):
    """A host with services that are not enabled, whose `/etc` and `/var` can only be read."""
    files = {
        "etc/init.d/demo": SCRIPT,
        "etc/rc.d/demo": "#!/bin/sh\nexit 0\n",
        "etc/init/demo.conf": "exec true\n",
        "etc/sv/demo/run": "#!/bin/sh\nexec sleep 1000000\n",
        "usr/local/bin/initctl": "#!/bin/sh\necho demo stop/waiting\n",
        "usr/local/bin/rc-update": '#!/bin/sh\n[ "$1" = show ] || ln -s /etc/init.d/demo /etc/runlevels/demo\n',
        "usr/local/bin/rc-service": "#!/bin/sh\nexit 0\n",
        "usr/local/bin/rc-status": "#!/bin/sh\necho Runlevel: default\n",
    }
    for name, text in files.items():
        path = ssh_host.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    for folder in ("etc/runlevels", "var/service"):
        (ssh_host.root / folder).mkdir(exist_ok=True)
    for folder in ("/etc", "/var"):
        mounted = f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}"
        assert ssh_host.exec("sh", "-c", mounted).returncode == 0
    return ssh_host


def test_a_file_system_that_can_not_be_written(host):
    def code():
        bsdinit.service("demo", name="bsdinit", enabled=True, **NOTHING)
        openrc.service("demo", name="openrc", enabled=True, **NOTHING)
        runit.auto("demo", name="runit auto", auto=False, _sudo=True, _ignore_errors=True)
        runit.manage("demo", name="runit manage", _sudo=True, _ignore_errors=True)
        sysvinit.enable("demo", name="sysvinit enable", _sudo=True, _ignore_errors=True)
        sysvinit.service("demo", name="sysvinit", enabled=True, **NOTHING)
        upstart.service("demo", name="upstart", enabled=False, **NOTHING)
        server.shell("true", name="next")

    before = host.exec("sh", "-c", "find /etc -exec stat -c '%n %a %u %s %Y' {} +").stdout
    result = run_deploy(host, code)
    assert list(result.failed) == [
        *("bsdinit", "openrc", "runit auto", "runit manage", "sysvinit enable", "sysvinit", "upstart")
    ]
    for what, said in result.failed.items():
        assert "ead-only file system" in said or "update-rc.d made no link" in said, (what, said)
    assert result.changed == ["next"]
    assert host.exec("sh", "-c", "find /etc -exec stat -c '%n %a %u %s %Y' {} +").stdout == before


def test_a_level_that_can_not_be_written(ssh_host):
    """update-rc.d links what it can, succeeds, and does nothing any more where there is any link."""
    script = ssh_host.root / "etc/init.d/demo"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    level = "/etc/rc3.d"
    ssh_host.check_output("sh", "-ec", f"mount --bind {level} {level}; mount -o remount,bind,ro {level}")

    def code():
        sysvinit.service("demo", name="enable", enabled=True, running=None, _sudo=True)

    def links():
        return sorted(
            f"{path.parent.name}/{path.name}" for path in (ssh_host.root / "etc").glob("rc?.d/*demo*")
        )

    for _ in range(2):
        assert "update-rc.d made no link" in run_deploy(ssh_host, code).failed["enable"]
        assert links() == []
    ssh_host.check_output("mount", "-o", "remount,bind,rw", level)
    assert_idempotent(ssh_host, code)
    assert links() == [
        *(f"rc{level}.d/K01demo" for level in "01"),
        *(f"rc{level}.d/S01demo" for level in "2345"),
        "rc6.d/K01demo",
    ]
