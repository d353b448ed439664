"""The command line in a folder of its own, with a home and a place for temporary files of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


class Pyinfra:
    """The command line, run in a folder.

    Attributes:
        folder: where it runs, and where the files are that it is given.
        environment: what it finds in its environment.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.home = folder / "home"
        self.temporary = folder / "temporary"
        for made in (self.folder, self.home / ".ssh", self.temporary):
            made.mkdir(parents=True)
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "SSH_AUTH_SOCK"},
            "HOME": str(self.home),
            "NO_COLOR": "1",
            "TMPDIR": str(self.temporary),
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pyinfra_cli", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
        )

    def run(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


@pytest.fixture
def pyinfra(tmp_path: Path) -> Pyinfra:
    return Pyinfra(tmp_path)
