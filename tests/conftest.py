"""What one test leaves behind is an error of that test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


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
