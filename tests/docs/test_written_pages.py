"""The code on written pages: each file that a page shows is written down, and each command it gives is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
# A comment in its first line names a block's file.
NAME = re.compile(r"(?:#|\{#) (?P<name>[\w./-]+\.\w+)(?: #\})?\n")
# Those whose code is run by tests of their own.
ELSEWHERE = {"publishing-a-plugin.md"}
PAGES = [
    page
    for page in sorted(DOCS.glob("*.md"))
    if BLOCK.search(page.read_text()) and page.name not in ELSEWHERE
]


def blocks(page: Path, *languages: str) -> list[str]:
    return [block["code"] for block in BLOCK.finditer(page.read_text()) if block["language"] in languages]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_runs(page: Path, tmp_path: Path):
    for code in blocks(page, "python", "jinja"):
        named = NAME.match(code)
        assert named, f"a block of {page.name} does not begin with the name of its file: {code[:60]!r}"
        (tmp_path / named["name"]).write_text(code[named.end() :] if named[0].startswith("{#") else code)
    for file in tmp_path.glob("*.py"):
        compile(file.read_text(), str(file), "exec")
    before = ""
    for line in "".join(blocks(page, "sh")).splitlines():
        done = run(tmp_path, line)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        # A page gives a command twice to show that the second run changes nothing.
        assert line != before or "Changes: 0" in done.stdout, f"{line}\n{done.stdout}"
        before = line


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    program, *words = shlex.split(line)
    assert program == "pyinfra"
    return subprocess.run(
        [sys.executable, "-m", "pyinfra_cli", *words],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
