"""The command line of the environment that these tests run in."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def pyinfra(tmp_path):
    """Runs `pyinfra` in a folder of its own; it must succeed."""

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "pyinfra_cli", "--yes", *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return run
