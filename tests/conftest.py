"""What one test leaves behind is an error of that test; wheels, and environments of strangers who install them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KIT = ("PYINFRA_TESTKIT_", "PYINFRA_REQUIRE_REAL_HOSTS", "PYINFRA_NO_BATCH")


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Have a test fail that changes the working folder or `PYINFRA_…` variables for those after it."""
    before = process_state()
    yield
    after = process_state()
    if after != before:
        os.chdir(before[0])
        pytest.fail(f"the test left {after} behind; before it there was {before}", pytrace=False)


def process_state() -> tuple[Path, dict[str, str]]:
    return Path.cwd(), {name: value for name, value in os.environ.items() if name.startswith("PYINFRA_")}


@pytest.fixture(scope="session")
def strangers() -> dict[str, str]:
    """The environment of a user who knows nothing of the one that the tests run in."""
    theirs = ("PYTHON", "VIRTUAL_ENV", "UV_PROJECT", "UV_PYTHON", "PYINFRA_", "COVERAGE", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(theirs)}


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory, strangers: dict[str, str]) -> Path:
    """The folder with the wheels of all packages, built as a release builds them."""
    folder = tmp_path_factory.mktemp("wheels")
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "uv is not installed"
    subprocess.run(
        [uv, "--quiet", "build", "--all-packages", "--wheel", "--out-dir", folder],
        cwd=ROOT,
        env=strangers,
        timeout=600,
        check=True,
    )
    return folder


@pytest.fixture(scope="session")
def write_wheel(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes the wheel of somebody's distribution by hand, which no builder could be had to make as wrong."""

    def write(
        name: str,
        version: str,
        files: Mapping[str, str],
        points: Mapping[str, Iterable[str]],
        about: str = "",
    ) -> Path:
        module = name.replace("-", "_")
        info = f"{module}-{version}.dist-info"
        lines = [line for kind, those in points.items() for line in (f"[pyinfra.{kind}]", *those)]
        every = {
            **files,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{about}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": "".join(f"{line}\n" for line in lines),
        }
        every[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*every, f"{info}/RECORD"))
        made = tmp_path_factory.mktemp(name) / f"{module}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(made, "w") as archive:
            for path, text in every.items():
                archive.writestr(path, text)
        return made

    return write


@dataclass
class Environment:
    """An environment in a folder, and the programs in it.

    Attributes:
        folder: where it is.
        wheels: where pyinfra's own distributions come from.
        variables: the environment variables that everything runs with.
    """

    folder: Path
    wheels: Path
    variables: dict[str, str]

    def __post_init__(self) -> None:
        python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        uv = os.environ.get("UV") or shutil.which("uv")
        assert uv, "uv is not installed"
        self._uv = uv
        self._succeed(self._uv, "--quiet", "venv", "--python", python, self.folder)

    def install(self, *requirements: str | Path, cwd: Path) -> None:
        self._succeed(
            *(self._uv, "--quiet", "pip", "install", "--python", self.folder / "bin/python"),
            *("--find-links", self.wheels, *requirements),
            cwd=cwd,
        )

    def check(self) -> None:
        """Have it fail where what is installed does not fit together."""
        self._succeed(self._uv, "--quiet", "pip", "check", "--python", self.folder / "bin/python")

    def run(
        self, program: str, *arguments: str | Path, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=cwd or self.folder,
            env={
                **self.variables,
                "PATH": f"{self.folder}/bin:{self.variables['PATH']}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def passes(self, program: str, *arguments: str | Path, cwd: Path | None = None) -> str:
        done = self.run(program, *arguments, cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _succeed(self, *command: str | Path, cwd: Path | None = None) -> None:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def make_environment(
    wheels: Path, strangers: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Environment]:
    """Makes environments that hold nothing."""
    # Where the test kit keeps its base, and how hosts are asked, is the business of who runs the tests.
    kit = {name: value for name, value in os.environ.items() if name.startswith(KIT)}

    def make() -> Environment:
        folder = tmp_path_factory.mktemp("environment") / "venv"
        return Environment(folder, wheels, {**strangers, **kit})

    return make


@pytest.fixture(scope="module")
def environment(make_environment: Callable[[], Environment]) -> Environment:
    """An environment that a module's tests share."""
    return make_environment()
