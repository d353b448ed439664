"""Packages that others published for pyinfra 3, installed beside ours."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
# What runs in environments of its own, as a stranger's.
collect_ignore = ["authors", "published"]
UNREACHABLE = re.compile(
    r"error sending request|failed to lookup address|dns error|are you offline|timed out", re.I
)


@pytest.fixture(scope="session")
def install_published(
    make_environment: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Any]:
    """Gives an environment with what others published; skips where that can't be had."""

    def install(*requirements: str) -> Any:
        made = make_environment()
        try:
            made.install(*requirements, cwd=tmp_path_factory.mktemp("install"))
        except AssertionError as error:
            if not UNREACHABLE.search(str(error)) or os.environ.get("PYINFRA_REQUIRE_REAL_HOSTS") == "1":
                raise
            pytest.skip(f"packages can't be fetched from here: {str(error).splitlines()[0]}")
        return made

    return install


@pytest.fixture
def passes(tmp_path: Path) -> Callable[[Any, str], None]:
    """Runs a folder of tests in an environment, away from the repository; they must pass, or be skipped there."""

    def run(environment: Any, folder: str, *names: str) -> None:
        shutil.copytree(HERE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
        told = environment.passes(
            *("python", "-m", "pytest", "-p", "no:cacheprovider", "-rs", *names), cwd=tmp_path / folder
        )
        if " passed" not in told:
            pytest.skip(told.splitlines()[-1])

    return run
