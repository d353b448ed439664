"""Pythons that uv installs, from an archive made here in place of those it fetches, and environments of virtualenv."""

import json
import os
import platform
import shutil
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest
from pyinfra.operations import pip, uv
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the archive is made for Linux")

VERSION = platform.python_version()
MAJOR, MINOR, PATCH = sys.version_info[:3]


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    """Nothing of this machine's settings, and nothing left behind in its home."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    for name in (
        "UV_PYTHON",
        "VIRTUAL_ENV",
        "XDG_DATA_HOME",
        "XDG_BIN_HOME",
        "XDG_CACHE_HOME",
        "UV_CACHE_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def archive(tmp_path):
    """A Python that runs this one, packed as those are that uv fetches, and the list in which uv finds it."""
    name, made = f"python{MAJOR}.{MINOR}", tmp_path / "python"
    (made / "lib" / name).mkdir(parents=True)
    (made / "bin").mkdir()
    (made / "bin" / name).write_text(f'#!/bin/sh\nexec {sys.base_prefix}/bin/{name} "$@"\n')
    (made / "bin" / name).chmod(0o755)
    # uv corrects the paths in it.
    (made / "lib" / name / f"{sysconfig._get_sysconfigdata_name()}.py").write_text(
        "# system configuration generated and used by the sysconfig module\nbuild_time_vars = {}\n"
    )
    for link in ("python3", "python"):
        (made / "bin" / link).symlink_to(name)
    with tarfile.open(tmp_path / "python.tar.gz", "w:gz") as packed:
        packed.add(made, "python")
    machine = platform.machine()
    about = {
        "name": "cpython",
        "arch": {"family": machine, "variant": None},
        "os": "linux",
        "libc": "gnu",
        "major": MAJOR,
        "minor": MINOR,
        "patch": PATCH,
        "prerelease": "",
        "variant": None,
        "sha256": None,
        "url": (tmp_path / "python.tar.gz").as_uri(),
        "build": "20250101",
    }
    key = f"cpython-{VERSION}-linux-{machine}-gnu"
    (tmp_path / "list.json").write_text(json.dumps({key: about}))
    return key


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_a_python_of_uv_from_its_making_to_its_end(tmp_path, archive):
    environment = {
        "UV_PYTHON_DOWNLOADS": "manual",
        "UV_PYTHON_DOWNLOADS_JSON_URL": str(tmp_path / "list.json"),
        "UV_PYTHON_INSTALL_DIR": str(tmp_path / "it's pythons"),
        "UV_PYTHON_BIN_DIR": str(tmp_path / "bin"),
    }
    metas = []

    def have(**arguments):
        return lambda: metas.append(
            uv.pythons(f"{MAJOR}.{MINOR}", name="python", _env=environment, **arguments)
        )

    assert assert_idempotent("@local", have()).changed == ["python"]
    assert metas[0].report == [f"{archive} installed"]
    program = tmp_path / "it's pythons" / archive / "bin" / f"python{MAJOR}.{MINOR}"
    assert os.access(program, os.X_OK)
    assert assert_idempotent("@local", have(present=False)).changed == ["python"]
    assert not program.exists()

    def unknown():
        uv.pythons("2.1", name="unknown", _env=environment)

    assert "2.1" in run_deploy("@local", unknown).failed["unknown"]


@pytest.fixture
def virtualenv(tmp_path, monkeypatch):
    """virtualenv, which is among what this project is developed with."""
    program = Path(sys.executable).with_name("virtualenv")
    if not program.exists():
        pytest.skip("virtualenv is not installed")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("VIRTUALENV_OVERRIDE_APP_DATA", str(tmp_path / "app-data"))


@pytest.mark.usefixtures("virtualenv")
def test_an_environment_of_virtualenv_from_its_making_to_its_end(tmp_path):
    path = tmp_path / "it's an -env"

    def have(**arguments):
        return lambda: pip.virtualenv(name="env", path=str(path), **arguments)

    assert assert_idempotent("@local", have(python=sys.executable, site_packages=True)).changed == ["env"]
    settings = (path / "pyvenv.cfg").read_text()
    assert "virtualenv = " in settings
    assert "include-system-site-packages = true" in settings
    assert assert_idempotent("@local", have(present=False)).changed == ["env"]
    assert not path.exists()


@pytest.mark.usefixtures("virtualenv")
def test_what_can_not_be_made_fails_and_leaves_the_rest(tmp_path):
    (tmp_path / "file").write_text("kept")

    def code():
        pip.virtualenv(name="a file", path=str(tmp_path / "file"), _ignore_errors=True)
        pip.virtualenv(name="no python", path=str(tmp_path / "a"), python="/none/python", _ignore_errors=True)
        pip.venv(
            name="no python of venv", path=str(tmp_path / "b"), python="/none/python", _ignore_errors=True
        )
        pip.virtualenv(name="next", path=str(tmp_path / "c"))

    result = run_deploy("@local", code)
    assert list(result.failed) == ["a file", "no python", "no python of venv"]
    assert result.changed == ["next"]
    assert (tmp_path / "file").read_text() == "kept"
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("tool", ["virtualenv", "python", "uv"])
def test_an_environment_that_is_made_in_part_is_none(tmp_path, monkeypatch, tool):
    """As on a disk that fills up: the next run must not take it for one."""
    program = tmp_path / "bin" / tool
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nfor path; do :; done\nmkdir -p "$path/bin"\ntouch "$path/pyvenv.cfg" "$path/bin/activate"\n'
        "echo no room >&2; exit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    path = tmp_path / "it's new"
    make = {"virtualenv": pip.virtualenv, "python": pip.venv, "uv": uv.venv}[tool]
    for _ in range(2):
        assert "no room" in run_deploy("@local", lambda: make(name="env", path=str(path))).failed["env"]
        assert not path.exists()
    path.mkdir()
    for _ in range(2):
        assert "no room" in run_deploy("@local", lambda: make(name="env", path=str(path))).failed["env"]
    assert path.exists()


@pytest.mark.real_hosts
@pytest.mark.parametrize("fixture", ["ssh_host", "busybox_host"])
def test_an_environment_that_can_not_be_removed_whole_is_one(request, fixture):
    """The next run must not take what is left of it for nothing."""
    host = request.getfixturevalue(fixture)
    made = "mkdir -p bin lib/kept .hidden; touch bin/activate bin/python lib/a .hidden/b; mount -t tmpfs x lib/kept"
    host.check_output("sh", "-ec", f"mkdir -p /srv/app/.venv; cd /srv/app/.venv; {made}")

    def code():
        pip.venv(name="pip", path="/srv/app/.venv", present=False, _ignore_errors=True)
        uv.venv(name="uv", path="/srv/app", present=False, _ignore_errors=True)

    for _ in range(2):
        assert run_deploy(host, code, user="root").failed.keys() >= {"pip", "uv"}
    host.check_output("sh", "-ec", "cd /srv/app/.venv; umount lib/kept; ln -s .venv ../link")
    link = run_deploy(host, lambda: pip.venv(name="link", path="/srv/app/link", present=False), user="root")
    assert link.changed == ["link"]
    host.check_output("sh", "-ec", "cd /srv/app/.venv; mv bin /srv/other; ln -s /srv/other bin")
    result = run_deploy(host, code, user="root")
    assert (result.changed, result.unchanged, result.failed) == (["pip"], ["uv"], {})
    assert host.check_output("ls", "-A", "/srv/app") == ""
    assert host.check_output("ls", "/srv/other").split() == ["activate", "python"]


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_a_uv_venv_without_its_seed_is_none(tmp_path, monkeypatch):
    """The folder is there, and the packages to begin with can not be had."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    path = tmp_path / "env"
    path.mkdir()
    for _ in range(2):
        result = run_deploy(
            "@local", lambda: uv.venv(name="env", path=str(path), python=sys.executable, seed=True)
        )
        assert "env" in result.failed
    assert path.exists()
