"""Kernel modules, of which hosts of the test kit load none: by a stand-in for modprobe."""

from __future__ import annotations

import pytest
from pyinfra.operations import server
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

# As proc_modules(5) describes /proc/modules: name, size, instances, what depends on it, state, address.
LOADED = "loop 40960 0 - Live 0x0000000000000000\nahci 45056 2 - Live 0x0000000000000000\n"
# As modprobe(8) of kmod describes it: -a for several names, -r removes, -f forces; dashes are underscores.
MODPROBE = """\
#!/bin/sh
remove=
while getopts arf option; do case $option in r) remove=1 ;; a|f) ;; *) exit 1 ;; esac; done
shift $((OPTIND - 1))
for name in "$@"; do
  name=$(echo "$name" | tr - _)
  case $name in
    dm_mod|loop|nf_nat) ;;
    *) echo "modprobe: FATAL: Module $name not found in directory /lib/modules/6.1.0" >&2; exit 1 ;;
  esac
  others=$(grep -v "^$name " /srv/modules)
  { printf '%s\\n' "$others" | sed '/^$/d'; [ "$remove" ] || echo "$name 4096 0 - Live 0x0000000000000000"; } > /srv/new
  cat /srv/new > /srv/modules
done
"""
# A kernel that can load none has no such file, nor can one be made in /proc: another one is, with links there.
MODULES_OF_ITS_OWN = """\
if [ -e /proc/modules ]; then exec mount --bind /srv/modules /proc/modules; fi
mkdir /opt/proc
mount --bind /proc /opt/proc
mount -t tmpfs -o mode=755 tmpfs /proc
ln -s /opt/proc/* /proc/
cp /srv/modules /proc/modules
mount --bind /srv/modules /proc/modules
"""


@pytest.fixture
def kernel(ssh_host):
    """A host whose modules are lines of `/srv/modules`."""
    (ssh_host.root / "srv/modules").write_text(LOADED)
    (ssh_host.root / "srv/new").write_text("")
    tool = ssh_host.root / "usr/local/sbin/modprobe"
    tool.write_text(MODPROBE)
    tool.chmod(0o755)
    done = ssh_host.exec("sh", "-ec", MODULES_OF_ITS_OWN)
    assert done.returncode == 0, done.stderr
    return ssh_host


def names(host):
    return [line.split()[0] for line in (host.root / "srv/modules").read_text().splitlines()]


def test_modules_come_and_go(kernel):
    def change(module, **arguments):
        def code():
            server.modprobe(name="modprobe", module=module, **arguments)

        changed = assert_preview_true(kernel, code, root="/srv", SUDO=True).changed
        assert_idempotent(kernel, code, SUDO=True)
        return changed

    assert change(["dm-mod", "loop"]) == ["modprobe"]
    assert sorted(names(kernel)) == ["ahci", "dm_mod", "loop"]
    assert change("dm_mod") == []
    assert change("nf_nat", force=True) == ["modprobe"]
    assert change(["loop", "dm-mod", "never_there"], present=False) == ["modprobe"]
    assert sorted(names(kernel)) == ["ahci", "nf_nat"]


@pytest.mark.parametrize("module", ["no-such", "-x", "$(id)", "a b"])
def test_a_module_that_there_is_none_of(kernel, module):
    def code():
        server.modprobe(name="modprobe", module=module, _ignore_errors=True)
        server.modprobe(name="goes on", module="loop")

    result = run_deploy(kernel, code, SUDO=True)
    assert f"Module {module.replace('-', '_')} not found" in result.failed["modprobe"]
    assert result.unchanged == ["goes on"]
    assert (kernel.root / "srv/modules").read_text() == LOADED
