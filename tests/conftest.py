"""What one test leaves behind is an error of that test; the wheels that several kinds of tests install."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
