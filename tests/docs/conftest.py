"""The site of this repository, built once, by the generator as its users install it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(make_environment: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    environment = make_environment()
    environment.install("pyinfra-docs==3.11.0", cwd=folder)
    # Nothing that is documented is installed beside it: it reads the source.
    environment.passes("pyinfra-docs", ROOT, "--output", folder / "site")
    return folder / "site"
