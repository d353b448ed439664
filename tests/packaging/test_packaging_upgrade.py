"""What comes of an installed pyinfra 3.10 when this one is installed over it (docs/adr/0003-upgrading-in-place.md)."""

from __future__ import annotations

import pytest

OLD = "pyinfra==3.10.0"
NEW = "pyinfra==3.11.0"


@pytest.fixture
def old(make_venv):
    environment = make_venv(OLD, seed=True)
    assert "3.10.0" in environment.pyinfra("--version").stdout
    return environment


def pip(environment, *arguments):
    done = environment.run("pip", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def assert_works(environment, folder):
    assert "3.11.0" in environment.pyinfra("--version").stdout
    for _ in range(2):
        done = environment.pyinfra("--yes", "@local", "files.directory", folder / "made")
        assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "made").is_dir()
    listed = environment.pyinfra("plugins")
    assert "broken" not in listed.stdout + listed.stderr
    assert left_over(environment) == []


def left_over(environment):
    """The files of the import packages that no installed distribution has."""
    code = (
        "from importlib.metadata import distributions\n"
        "for one in distributions():\n"
        "    for file in one.files or (): print(file.as_posix())"
    )
    owned = set(environment.run("python", "-c", code).stdout.split())
    present = {
        path.relative_to(environment.packages).as_posix()
        for package in ("pyinfra", "pyinfra_cli")
        for path in (environment.packages / package).rglob("*.py")
    }
    return sorted(present - owned)


def test_uv_upgrades_in_place(old, tmp_path):
    old.install("--upgrade", NEW)
    assert_works(old, tmp_path)


def test_pip_upgrades_after_an_uninstall(old, tmp_path):
    pip(old, "uninstall", "--yes", "pyinfra")
    pip(old, "install", "--find-links", old.wheels, NEW)
    assert_works(old, tmp_path)


def test_pip_in_place_removes_new_files_and_what_is_told_mends_it(old, tmp_path):
    pip(old, "install", "--upgrade", "--find-links", old.wheels, NEW)
    assert not (old.packages / "pyinfra" / "__init__.py").exists()
    done = old.pyinfra("--version")
    assert done.returncode == 1
    (told,) = done.stderr.splitlines()
    imported = old.run("python", "-c", "from pyinfra.api import operation")
    assert imported.stderr.splitlines()[-1] == told.replace("pyinfra: ", "ImportError: ", 1)
    advice = told.partition("To repair it: pip ")[2]
    pip(old, *advice.split(), "--find-links", old.wheels)
    assert_works(old, tmp_path)


def test_pip_in_place_is_mended_by_a_reinstall_of_everything(old, tmp_path):
    pip(old, "install", "--upgrade", "--find-links", old.wheels, NEW)
    pip(old, "install", "--force-reinstall", "--find-links", old.wheels, NEW)
    assert_works(old, tmp_path)
