"""The command line run in a folder, and some operations for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Cli:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").write_text(text)

    def run(self, *arguments: str, stdin: Any = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pyinfra_cli", *arguments],
            cwd=self.folder,
            env={**os.environ, "NO_COLOR": "1", "XDG_CACHE_HOME": str(self.folder / "cache")},
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


OPERATIONS = """
from pyinfra import host
from pyinfra.api import OperationValueError, StringCommand, QuoteString, FactBase, operation

class Exists(FactBase):
    def command(self, path):
        return StringCommand("test -e", QuoteString(path), "&& echo yes || echo no")
    def process(self, output):
        return output == ["yes"]

@operation()
def touch(path):
    if host.get_fact(Exists, path=path):
        host.noop("it is there")
        return
    yield StringCommand("touch", QuoteString(path))

@operation(is_idempotent=False)
def shell(command):
    yield command

@operation()
def level(level):
    if level not in ("low", "high"):
        raise OperationValueError(f"level must be low or high, not {level!r}")
    yield "true"
"""
