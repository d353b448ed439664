"""The code on written pages: each file they show is written down, each command is run, and tells what they show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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


FENCE = re.compile(r"^```+(.*)$", re.MULTILINE)


def blocks(page: Path, *languages: str) -> list[tuple[str, str]]:
    """The code on a page, each block with its language before it."""
    found = [(block["language"], block["code"]) for block in BLOCK.finditer(page.read_text())]
    return [one for one in found if one[0] in languages]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_there_is_no_code_that_is_not_tried(page: Path):
    opening = FENCE.findall(page.read_text())[::2]
    assert {language.strip() for language in opening} <= {"python", "jinja", "sh", "text", "toml"}
    assert len(opening) == len(BLOCK.findall(page.read_text()))
    files = [NAME.match(code)["name"] for _, code in blocks(page, "python")]
    run = "".join(code for _, code in blocks(page, "sh"))
    others = "".join(code.partition("\n")[2] for _, code in blocks(page, "python"))
    assert [name for name in files if name not in run and Path(name).stem not in run + others] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_runs(page: Path, tmp_path: Path):
    for _, code in blocks(page, "python", "jinja"):
        named = NAME.match(code)
        assert named, f"a block of {page.name} does not begin with the name of its file: {code[:60]!r}"
        (tmp_path / named["name"]).write_text(code[named.end() :] if named[0].startswith("{#") else code)
    for file in tmp_path.glob("*.py"):
        compile(file.read_text(), str(file), "exec")
    install(tmp_path, [code for _, code in blocks(page, "toml")])
    before = told = ""
    for language, code in blocks(page, "sh", "text"):
        if language == "text":
            assert_told(code, told)
            continue
        for line in code.splitlines():
            done = run(tmp_path, line)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            # A page gives a command twice to show that the second run changes nothing.
            assert line != before or "Changes: 0" in done.stdout, f"{line}\n{done.stdout}"
            before, told = line, done.stdout


def install(folder: Path, projects: Iterable[str]) -> None:
    """Have the entry points of a page found, as those of a distribution that is installed in a folder."""
    groups = [tomllib.loads(text)["project"]["entry-points"] for text in projects]
    about = folder / "acme-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n{name} = {target}\n"
            for named in groups
            for group, points in named.items()
            for name, target in points.items()
        )
    )


def assert_told(lines: str, told: str) -> None:
    """Have lines be among those that were printed, in this order."""
    rest = iter(told.splitlines())
    for line in lines.splitlines():
        assert line in rest, f"{line!r} is not told, or not there:\n{told}"


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    program, *words = shlex.split(line)
    module = {"pyinfra": ["pyinfra_cli"], "pytest": ["pytest", "-p", "no:cacheprovider", "-c", os.devnull]}[
        program
    ]
    return subprocess.run(
        [sys.executable, "-m", *module, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
