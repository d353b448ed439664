"""Applications of pipx on real hosts, which have no Python: a program stands in for pipx.

It does as https://pipx.pypa.io/stable/docs/ says of its commands, with the texts of pipx 1.2.
"""

import shutil
from pathlib import Path

import pytest
from pyinfra.operations import pip, pipx, server, uv
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

VENVS = "home/deploy/.local/pipx/venvs"


@pytest.fixture
def host(ssh_host):
    program = ssh_host.root / "usr/local/bin/pipx"
    shutil.copyfile(Path(__file__).parent / "stand_ins/pipx", program)
    program.chmod(0o755)
    (ssh_host.root / "srv/pipx").mkdir()
    for name in ("demo", "other-tool"):
        (ssh_host.root / "srv/pipx" / name).write_text("1.0\n2.0\n")
    return ssh_host


def installed(host):
    """Names and versions of what is installed, by the files of the stand-in."""
    return {path.parent.name: path.read_text().strip() for path in (host.root / VENVS).glob("*/version")}


def test_packages_from_their_making_to_their_end(host):
    metas = []

    def have(*names, **arguments):
        return lambda: metas.append(pipx.packages(list(names), name="have", **arguments))

    made = assert_preview_true(host, have("demo==1.0", "Other.Tool"))
    assert (made.changed, f"{VENVS}/demo/version" in made.paths) == (["have"], True)
    assert installed(host) == {"demo": "1.0", "other-tool": "2.0"}
    assert run_deploy(host, have("demo==1.0", "Other.Tool")).commands == 0
    assert_idempotent(host, have("demo==2.0"))
    assert installed(host)["demo"] == "2.0"
    run_deploy(host, have("demo==1.0"))
    assert run_deploy(host, have("demo", latest=True)).changed == ["have"]
    assert metas[-1].report == ["demo 1.0 -> 2.0"]
    assert_idempotent(host, have("demo", "other-tool==2.0", "none", present=False))
    assert installed(host) == {}


def test_all_are_upgraded(host):
    assert not run_deploy(host, lambda: pipx.packages(["demo==1.0", "other-tool==2.0"])).failed
    metas = []
    result = assert_preview_true(host, lambda: metas.append(pipx.upgrade_all(name="upgrade")))
    assert (result.changed, metas[-1].report) == (["upgrade"], ["demo 1.0 -> 2.0"])
    assert installed(host) == {"demo": "2.0", "other-tool": "2.0"}


def test_the_path(host):
    # Debian's own ends for shells that no one types in.
    (host.root / "home/deploy/.bashrc").write_text("")

    def code():
        pipx.ensure_path(name="path")

    result = assert_preview_true(host, code)
    assert (result.changed, result.paths) == (["path"], ["home/deploy/.bashrc"])
    assert "/home/deploy/.local/bin" in (host.root / "home/deploy/.bashrc").read_text()
    assert run_deploy(host, code).unchanged == ["path"]


def test_what_can_not_be_fails_and_changes_nothing(host):
    def code():
        pipx.packages("none", name="unknown", _ignore_errors=True)
        pipx.packages("demo==9", name="version", _ignore_errors=True)
        pipx.packages("demo", name="no option", extra_args="--none", _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert list(result.failed) == ["unknown", "version", "no option"]
    assert "No matching distribution found for none" in result.failed["unknown"]
    assert "No matching distribution found for demo==9" in result.failed["version"]
    assert "unrecognized arguments: --none" in result.failed["no option"]
    assert (result.changed, installed(host)) == (["next"], {})


def test_a_file_system_that_can_not_be_written(host):
    run_deploy(host, lambda: pipx.packages("demo==1.0"))
    host.exec("sh", "-c", "cd /home; mount --bind . .; mount -o remount,bind,ro /home")

    def code():
        pipx.packages("demo==2.0", name="have", _ignore_errors=True)
        pipx.packages("demo", name="remove", present=False, _ignore_errors=True)
        pipx.upgrade_all(name="upgrade", _ignore_errors=True)
        pipx.ensure_path(name="path", _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert list(result.failed) == ["have", "remove", "upgrade", "path"]
    assert all("ead-only file system" in said for said in result.failed.values())
    assert (result.changed, installed(host)) == (["next"], {"demo": "1.0"})


@pytest.mark.parametrize("present", [True, False])
def test_a_host_without_any_of_them(ssh_host, present):
    operations = {
        "pip": lambda: pip.packages("demo", name="it", present=present),
        "pipx": lambda: pipx.packages("demo", name="it", present=present),
        "uv": lambda: uv.packages("demo", name="it", present=present),
        "uv tool": lambda: uv.tools("demo", name="it", present=present),
        "uv python": lambda: uv.pythons("3.12", name="it", present=present),
    }
    for tool, code in operations.items():
        result = run_deploy(ssh_host, code)
        assert f"{ssh_host.name} has no {tool.split()[0]}:" in result.failed["it"], tool
