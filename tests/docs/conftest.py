"""The site of this repository, built once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyinfra_docs import build

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    build(ROOT, folder)
    return folder
