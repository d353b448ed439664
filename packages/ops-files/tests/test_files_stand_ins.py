"""Operations whose tools no host of the test kit has: by stand-ins, or by this machine's rsync."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

# As chflags(1) of FreeBSD describes it: flags separated by commas, "no" before one clears it. What is set is kept in a
# file beside the one that has the flags.
CHFLAGS = """\
#!/bin/sh
[ $# = 2 ] || { echo 'usage: chflags flags file' >&2; exit 1; }
[ -e "$2" ] || { echo "chflags: $2: No such file or directory" >&2; exit 1; }
kept="${2%/*}/.flags-of-${2##*/}"
touch "$kept"
echo "$1" | tr , '\\n' | while read -r flag; do
  case $flag in
    no*) grep -vxF "${flag#no}" "$kept" > "$kept.new"; mv "$kept.new" "$kept" ;;
    hidden|dump|uchg|uappnd) grep -qxF "$flag" "$kept" || echo "$flag" >> "$kept" ;;
    *) echo "chflags: invalid flag: $flag" >&2; exit 1 ;;
  esac
done
"""
# As stat(1) of FreeBSD prints flags: `-f %Sf` gives them with commas between them, or a dash for none.
STAT = """\
#!/bin/sh
[ "$1 $2" = '-f %Sf' ] || exec /usr/bin/stat "$@"
[ -e "$3" ] || { echo "stat: $3: stat: No such file or directory" >&2; exit 1; }
kept="${3%/*}/.flags-of-${3##*/}"
if [ -s "$kept" ]; then paste -sd, "$kept"; else echo -; fi
"""


def install(host, name, text):
    path = host.root / "usr/local/sbin" / name
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def bsd(ssh_host):
    install(ssh_host, "chflags", CHFLAGS)
    install(ssh_host, "stat", STAT)
    return ssh_host


@pytest.mark.parametrize("name", ["file", "it's\n$(id) -é", "folder"])
def test_flags(bsd, name):
    path = bsd.root / "srv" / name
    path.mkdir() if name == "folder" else path.write_text("x")
    kept = path.parent / f".flags-of-{name}"

    def change(flags, present=True):
        def code():
            files.flags(name="flags", path=f"/srv/{name}", flags=flags, present=present)

        previewed = assert_preview_true(bsd, code, root="/srv", SUDO=True)
        assert_idempotent(bsd, code, SUDO=True)
        return previewed.changed

    assert change(["hidden", "uchg"]) == ["flags"]
    assert kept.read_text().split() == ["hidden", "uchg"]
    assert change(["uchg"]) == []
    assert change(["uchg", "uappnd"], present=False) == ["flags"]
    assert kept.read_text().split() == ["hidden"]


def test_flags_that_are_none(bsd):
    (bsd.root / "srv/file").write_text("x")
    result = run_deploy(bsd, lambda: files.flags(name="flags", path="/srv/file", flags=["shiny"]), SUDO=True)
    assert "invalid flag: shiny" in result.failed["flags"]
    result = run_deploy(bsd, lambda: files.flags(name="flags", path="/srv/none", flags=["uchg"]), SUDO=True)
    assert f"the flags of /srv/none are not known: {bsd.name} has no such file" in result.failed["flags"]


def test_flags_of_a_file_that_an_earlier_operation_makes(bsd):
    def code():
        files.file(name="file", path="/srv/new")
        files.flags(name="flags", path="/srv/new", flags=["hidden"])

    assert assert_idempotent(bsd, code, SUDO=True).changed == ["file", "flags"]
    assert (bsd.root / "srv/.flags-of-new").read_text() == "hidden\n"


@pytest.fixture
def rsync_host(ssh_host):
    """A host that has this machine's rsync, with the libraries that it was made for."""
    program, ldd = shutil.which("rsync"), shutil.which("ldd")
    if program is None or ldd is None:
        pytest.skip("rsync or ldd is not installed on this machine")
    linked = subprocess.run([ldd, program], capture_output=True, text=True, check=True).stdout
    folder = ssh_host.root / "opt/rsync"
    folder.mkdir()
    libraries = re.findall(r"(/\S+)(?= \(0x)", linked)
    for path in [program, *libraries]:
        shutil.copy(path, folder)
    [loader] = [Path(path).name for path in libraries if Path(path).name.startswith("ld-")]
    run = f'exec /opt/rsync/{loader} --library-path /opt/rsync /opt/rsync/rsync "$@"'
    path = ssh_host.root / "usr/local/bin/rsync"
    path.write_text(f"#!/bin/sh\n{run}\n")
    path.chmod(0o755)
    return ssh_host


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "it's a $tree"
    (folder / "below").mkdir(parents=True)
    (folder / "below/é x").write_text("x\n")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    (folder / "link").symlink_to("/etc/passwd")
    return folder


def found(root):
    """What there is below a folder: its mode and content, or where it leads."""
    return {
        str(path.relative_to(root)): path.readlink()
        if path.is_symlink()
        else (path.stat().st_mode, path.is_file() and path.read_bytes())
        for path in root.rglob("*")
    }


@pytest.mark.parametrize("config", [{}, {"SUDO": True}], ids=["own", "sudo"])
def test_rsync(rsync_host, tree, config):
    place = "/srv/to" if config else "/home/deploy/to"
    there = rsync_host.root / place.lstrip("/")

    def code(flags=None):
        return lambda: files.rsync(name="rsync", src=f"{tree}/", dest=place, flags=flags)

    result = assert_preview_true(rsync_host, code(), root=there.parent.relative_to(rsync_host.root), **config)
    assert result.changed == ["rsync"]
    assert found(there) == found(tree)
    (there / "below/é x").unlink()
    (there / "more").write_text("")
    assert run_deploy(rsync_host, code(["-a"]), **config).changed == ["rsync"]
    assert (there / "more").exists()
    assert run_deploy(rsync_host, code(), **config).changed == ["rsync"]
    assert found(there) == found(tree)


def test_rsync_that_fails(rsync_host, tree):
    def code():
        files.rsync(name="none", src=f"{tree}/none", dest="/srv/to", _ignore_errors=True)
        files.rsync(name="forbidden", src=f"{tree}/", dest="/srv/to", _ignore_errors=True)
        files.directory(name="goes on", path="/tmp/goes-on")

    result = run_deploy(rsync_host, code)
    assert sorted(result.failed) == ["forbidden", "none"]
    assert result.changed == ["goes on"]
    assert not (rsync_host.root / "srv/to").exists()


def test_rsync_without_one_there(ssh_host, tree):
    result = run_deploy(ssh_host, lambda: files.rsync(name="rsync", src=f"{tree}/", dest="/tmp/to"))
    assert "rsync" in result.failed["rsync"]
