"""What the engine does for one operation on one host, in calls of Python functions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "counted_run.py"
HOSTS, OPERATIONS = 10, 50


def calls(operations: int, change: bool) -> int:
    arguments = [str(HOSTS), str(operations), "yes" if change else "no"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("kind", ["unchanged", "changed"])
def test_calls_for_a_host_and_operation(bounds, kind):
    change = kind == "changed"
    each = (calls(OPERATIONS, change) - calls(0, change)) / HOSTS / OPERATIONS
    assert each <= bounds["calls"][kind]
