"""pip, venv and uv for real, on this machine, in environments of their own, with wheels made here and no network."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pyinfra import host
from pyinfra.facts.uv import UvToolDir, UvVersion
from pyinfra.operations import pip, uv
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="@local needs a POSIX shell")
needs_uv = pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")

PYTHON = sys.executable


def make_wheel(folder, name, version, requires=()):
    """A wheel with one module and a command of the package's name."""
    info = f"{name}-{version}.dist-info"
    needed = "".join(f"Requires-Dist: {one}\n" for one in requires)
    texts = {
        f"{name}.py": f"def main():\n    print({version!r})\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name}={name}:main\n",
    }
    record = ""
    for path, text in texts.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    texts[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in texts.items():
            archive.writestr(path, text)
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("some wheels")
    for version in ("1.0", "2.0"):
        make_wheel(folder, "demo_tool", version)
        make_wheel(folder, "demolib", version)
    make_wheel(folder, "needer", "1.0", ["demolib"])
    return folder


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    """Nothing of this machine's settings, and nothing left behind in its home."""
    for name in ("PIP_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "VIRTUAL_ENV", "UV_PYTHON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SHELL", "/bin/bash")
    for name in (
        "XDG_DATA_HOME",
        "XDG_BIN_HOME",
        "XDG_CACHE_HOME",
        "UV_CACHE_DIR",
        "UV_TOOL_DIR",
        "UV_TOOL_BIN_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


def installed(environment):
    """Names and versions of an environment's packages, as their folders tell."""
    folders = Path(environment).glob("lib/python3*/site-packages/*.dist-info")
    found = dict(folder.name.removesuffix(".dist-info").split("-") for folder in folders)
    return {name: version for name, version in found.items() if name not in {"pip", "setuptools", "wheel"}}


def offline(wheels):
    return f"--no-index --find-links '{wheels}'"


def test_an_environment_and_its_packages(tmp_path, wheels):
    environment, metas = str(tmp_path / "it's an env"), []

    def code():
        pip.venv(name="make", path=environment, python=PYTHON)
        metas.append(
            pip.packages(
                name="install",
                packages=["Demo.Tool==1.0.0", "needer"],
                virtualenv=environment,
                extra_install_args=offline(wheels),
            )
        )

    result = assert_idempotent("@local", code)
    assert result.changed == ["make", "install"]
    assert installed(environment) == {"demo_tool": "1.0", "demolib": "2.0", "needer": "1.0"}
    assert sorted(metas[0].report) == [
        "demo-tool 1.0 installed",
        "demolib 2.0 installed",
        "needer 1.0 installed",
    ]


def test_upgrade_and_remove(tmp_path, wheels):
    environment, metas = str(tmp_path / "-env"), []
    arguments = {"virtualenv": environment, "virtualenv_kwargs": {"venv": True, "python": PYTHON}}

    def change(**kwargs):
        def code():
            metas.append(pip.packages(name="change", **kwargs, **arguments))

        result = run_deploy("@local", code)
        assert (result.failed, result.predicted, result.changed) == ({}, ["change"], ["change"])
        return sorted(metas[-1].report)

    options = {"extra_install_args": offline(wheels)}
    assert change(packages="demo_tool==1.0", **options) == ["demo-tool 1.0 installed"]
    assert change(packages="demo_tool", latest=True, **options) == ["demo-tool 1.0 -> 2.0"]
    assert change(packages="demo_tool<2", **options) == ["demo-tool 2.0 -> 1.0"]
    wheel = str(wheels / "demolib-1.0-py3-none-any.whl")
    assert change(packages=wheel) == ["demolib 1.0 installed"]
    again = run_deploy(
        "@local", lambda: pip.packages(name="again", packages=[wheel, "demolib==1"], **arguments)
    )
    assert again.unchanged == ["again"]
    removed = change(packages=["demolib", "demo_tool==1.0"], present=False)
    assert removed == ["demo-tool 1.0 removed", "demolib 1.0 removed"]
    assert installed(environment) == {}
    result = assert_idempotent("@local", lambda: pip.venv(name="remove", path=environment, present=False))
    assert (result.changed, Path(environment).exists()) == (["remove"], False)


def test_requirements_and_an_unknown_package(tmp_path, wheels):
    environment = str(tmp_path / "env")
    requirements = tmp_path / "$(touch x) r.txt"
    requirements.write_text("demolib==1.0\n")
    arguments = {
        "virtualenv": environment,
        "virtualenv_kwargs": {"venv": True, "python": PYTHON},
        "extra_install_args": offline(wheels),
    }

    def code():
        pip.packages(name="known", requirements=str(requirements), **arguments)
        pip.packages(name="unknown", packages="no-such-package", **arguments)

    result = run_deploy("@local", code)
    assert installed(environment) == {"demolib": "1.0"}
    assert "no-such-package" in result.failed["unknown"]


def test_a_folder_that_is_no_environment_is_kept(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    result = run_deploy("@local", lambda: pip.venv(name="remove", path=str(kept), present=False))
    assert (result.unchanged, kept.exists()) == (["remove"], True)


@needs_uv
def test_an_environment_and_its_packages_with_uv(tmp_path, wheels):
    environment, metas = str(tmp_path / "an env"), []
    arguments = {
        "extra_args": ["--no-index", "--find-links", str(wheels)],
        "_env": {"VIRTUAL_ENV": environment},
    }
    subprocess.run(["uv", "venv", "-q", "--python", PYTHON, environment], check=True)

    def code():
        metas.append(uv.packages(name="install", packages=["Demo.Tool==1", "needer"], **arguments))

    assert assert_idempotent("@local", code).changed == ["install"]
    assert installed(environment) == {"demo_tool": "1.0", "demolib": "2.0", "needer": "1.0"}
    assert metas[0].report == ["demo-tool 1.0 installed", "demolib 2.0 installed", "needer 1.0 installed"]

    def upgrade():
        metas.append(uv.packages(name="upgrade", packages="demo_tool", latest=True, **arguments))
        del arguments["extra_args"]
        metas.append(uv.packages(name="remove", packages=["needer", "nope"], present=False, **arguments))

    result = run_deploy("@local", upgrade)
    assert (result.failed, installed(environment)) == ({}, {"demo_tool": "2.0", "demolib": "2.0"})
    assert [meta.report for meta in metas[-2:]] == [["demo-tool 1.0 -> 2.0"], ["needer 1.0 removed"]]


@needs_uv
def test_a_second_uv_venv_leaves_the_environment(tmp_path):
    environment = tmp_path / "-env"

    def code():
        uv.venv(name="make", path=str(environment), python=PYTHON)

    assert run_deploy("@local", code).failed == {}
    (environment / "mine").write_text("kept")
    assert run_deploy("@local", code).failed == {}
    assert (environment / "mine").read_text() == "kept"


@needs_uv
def test_a_uv_venv_goes(tmp_path):
    folder = tmp_path / "it's -an app"
    subprocess.run(["uv", "venv", "-q", "--python", PYTHON, str(folder / ".venv")], check=True)
    (folder / "mine").write_text("kept")

    def code():
        uv.venv(name="remove", path=str(folder), present=False)

    assert assert_idempotent("@local", code).changed == ["remove"]
    assert sorted(path.name for path in folder.iterdir()) == ["mine"]


@needs_uv
def test_tools(wheels):
    metas = []
    options = {"extra_args": f"--no-index --python '{PYTHON}' --find-links '{wheels}'"}

    def install():
        metas.append(uv.tools(name="install", tools=["demo_tool==1", "needer"], **options))

    assert assert_idempotent("@local", install).changed == ["install"]
    assert "demo-tool 1.0 installed" in metas[0].report
    program = Path.home() / ".local/bin/demo_tool"
    assert subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout == "1.0\n"

    def remove():
        uv.tools(name="remove", tools=["demo_tool==1.0", "nope"], present=False)

    assert assert_idempotent("@local", remove).changed == ["remove"]
    assert not program.exists()


@needs_uv
def test_all_tools_are_upgraded(wheels, tmp_path):
    old, program = tmp_path / "old", Path.home() / ".local/bin/demo_tool"
    old.mkdir()
    make_wheel(old, "demo_tool", "1.0")
    options = f"--no-index --python '{PYTHON}' --find-links '{old}'"
    assert run_deploy("@local", lambda: uv.tools(tools="demo_tool", extra_args=options)).failed == {}
    metas = []

    def code():
        metas.append(
            uv.tools_upgrade_all(
                name="upgrade", extra_args=["--no-index", "--python", PYTHON, "--find-links", str(wheels)]
            )
        )

    result = run_deploy("@local", code)
    assert (result.failed, result.predicted, result.changed) == ({}, ["upgrade"], ["upgrade"])
    assert metas[0].report == ["demo-tool 1.0 -> 2.0"]
    assert subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout == "2.0\n"


@needs_uv
def test_the_path_twice(monkeypatch):
    def code():
        uv.tools_update_shell(name="path")

    for _ in range(2):
        result = run_deploy("@local", code)
        assert (result.failed, result.changed) == ({}, ["path"])
    assert (Path.home() / ".bashrc").read_text().count("/.local/bin") == 1
    # As in the shells that read it.
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{Path.home()}/.local/bin")
    assert run_deploy("@local", code).unchanged == ["path"]


@needs_uv
def test_facts_of_uv():
    found = []
    result = run_deploy("@local", lambda: found.extend([host.get_fact(UvVersion), host.get_fact(UvToolDir)]))
    assert not result.failed
    assert found[0].startswith("uv ")
    assert found[1] == str(Path.home() / ".local/share/uv/tools")


def make_environment(path):
    subprocess.run([PYTHON, "-m", "venv", path], check=True)
    return path


def install(tool, environment, wheels, *packages):
    arguments = {"name": "install", "packages": list(packages)}
    if tool == "pip":
        return lambda: pip.packages(
            virtualenv=str(environment), extra_install_args=offline(wheels), **arguments
        )
    options = ["--no-index", "--find-links", str(wheels)]
    return lambda: uv.packages(extra_args=options, _env={"VIRTUAL_ENV": str(environment)}, **arguments)


@pytest.mark.parametrize("tool", ["pip", pytest.param("uv", marks=needs_uv)])
def test_a_package_that_is_installed_in_part_is_none(tmp_path, wheels, tool):
    """As on a disk that fills up behind its metadata, which are enough for pip and uv to list it."""
    environment = make_environment(tmp_path / "it's an env")
    code = install(tool, environment, wheels, "demolib", "needer")
    (environment / "bin/demolib").mkdir()
    assert "install" in run_deploy("@local", code).failed
    assert "demolib" not in installed(environment)
    (environment / "bin/demolib").rmdir()
    assert run_deploy("@local", code).changed == ["install"]
    assert installed(environment) == {"demolib": "2.0", "needer": "1.0"}
    for name in ("demolib", "needer"):
        assert (environment / "bin" / name).is_file()


# What pip prints of a package that the environment only sees, as with --system-site-packages.
PIP = """\
#!/bin/sh
case $1 in
    freeze) echo demolib==1.0 ;;
    *)
        echo "Found existing installation: demolib 1.0"
        echo "Not uninstalling demolib at /usr/lib/python3/dist-packages, outside environment /env"
        echo "Can't uninstall 'demolib'. No files were found to uninstall."
        ;;
esac
"""


def test_a_package_of_another_environment_stays(tmp_path):
    program = tmp_path / "pip"
    program.write_text(PIP)
    program.chmod(0o755)
    result = run_deploy(
        "@local", lambda: pip.packages(name="remove", packages="demolib", present=False, pip=str(program))
    )
    assert "Can't uninstall 'demolib'" in result.failed["remove"]
