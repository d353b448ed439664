"""Environments of strangers: what they install, and nothing of this repository's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KIT = ("PYINFRA_TESTKIT_", "PYINFRA_REQUIRE_REAL_HOSTS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("slow")


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


@pytest.fixture(scope="module")
def environment(
    wheels: Path, strangers: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    # Where the test kit keeps its base, and whether its hosts may be missing, is this machine's business.
    kit = {name: value for name, value in os.environ.items() if name.startswith(KIT)}
    return Environment(tmp_path_factory.mktemp("environment") / "venv", wheels, {**strangers, **kit})
