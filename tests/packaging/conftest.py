"""Wheels, and environments that hold nothing but what a test installs from them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

PROJECT = """\
[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
requires-python = ">=3.10"
dependencies = ["{core}"]

[project.entry-points."{group}"]
{plugin} = "{module}"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("slow")


def environment() -> dict[str, str]:
    """The environment of a user who knows nothing of the one that the tests run in."""
    theirs = ("PYTHON", "VIRTUAL_ENV", "UV_PROJECT", "UV_PYTHON", "PYINFRA_", "COVERAGE", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(theirs)}


def uv(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> None:
    found = os.environ.get("UV") or shutil.which("uv")
    assert found, "uv is not installed"
    done = subprocess.run(
        [found, "--quiet", *arguments],
        cwd=cwd,
        env={**environment(), **variables},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def base_python() -> Path:
    return Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"


@dataclass
class Venv:
    """An environment."""

    path: Path
    wheels: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def packages(self) -> Path:
        return next(self.path.glob("lib/python*/site-packages"))

    def install(self, *requirements: str | Path) -> None:
        uv("pip", "install", "--python", self.python, "--find-links", self.wheels, *requirements)

    def uninstall(self, *names: str) -> None:
        uv("pip", "uninstall", "--python", self.python, *names)

    def run(
        self, program: str, *arguments: str | Path, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, away from the repository."""
        return subprocess.run(
            [self.path / "bin" / program, *arguments],
            cwd=cwd or self.path,
            env={**environment(), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def pyinfra(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("pyinfra", *arguments, cwd=cwd)

    def distributions(self) -> set[str]:
        done = self.run(
            "python",
            "-c",
            "from importlib.metadata import distributions\n"
            "for one in distributions(): print(one.metadata['Name'])",
        )
        return {name.lower() for name in done.stdout.split()}


@pytest.fixture(scope="session")
def make_venv(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Venv]:
    def make(*requirements: str | Path, seed: bool = False) -> Venv:
        path = tmp_path_factory.mktemp("venv") / "v"
        uv("venv", *(["--seed"] if seed else []), "--python", base_python(), path)
        made = Venv(path, wheels)
        if requirements:
            made.install(*requirements)
        return made

    return make


@pytest.fixture
def install_tool(wheels: Path, tmp_path: Path) -> Callable[[str], Venv]:
    """Installs a distribution as `uv tool install` does, with the programs that are the distribution's own."""

    def install(requirement: str) -> Venv:
        uv(
            *("tool", "install", "--python", base_python(), "--find-links", wheels, requirement),
            UV_TOOL_DIR=str(tmp_path / "tools"),
            UV_TOOL_BIN_DIR=str(tmp_path / "bin"),
        )
        return Venv(tmp_path, wheels)

    return install


@pytest.fixture(scope="session")
def build_plugin(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a wheel of a plugin with one module."""

    def build(
        name: str,
        code: str,
        *,
        plugin: str,
        group: str = "pyinfra.operations",
        version: str = "1.0",
        core: str = "pyinfra-core",
    ) -> Path:
        folder = tmp_path_factory.mktemp(name)
        module = name.replace("-", "_")
        (folder / "pyproject.toml").write_text(
            PROJECT.format(name=name, version=version, core=core, group=group, plugin=plugin, module=module)
        )
        (folder / module).mkdir()
        (folder / module / "__init__.py").write_text(code)
        return build_wheel(folder)

    return build


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a third party's package."""
    folder = tmp_path_factory.mktemp("acme") / "source"
    shutil.copytree(HERE / "acme", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return build_wheel(folder)


def build_wheel(folder: Path) -> Path:
    uv("build", "--wheel", "--out-dir", folder / "dist", folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def start(venv: Venv) -> float:
    """Run what needs no plugin but core's; gives the seconds of computing it took."""
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    program = venv.path / "bin" / "pyinfra"
    variables = {**environment(), "XDG_CACHE_HOME": str(venv.path / "cache")}
    process = os.posix_spawn(
        program, [program, "@local", "exec", "--", "true"], variables, file_actions=quiet
    )
    _, status, used = os.wait4(process, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime
