"""What the reference of pyinfra itself would list without a word fails the build."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyinfra_docs import DocsError
from pyinfra_docs._core import core_pages

ROOT = Path(__file__).parents[2]
CORE = "packages/core/src/pyinfra"
CLI = "packages/cli/src/pyinfra_cli"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of what the reference is read from."""
    for name in ("api/arguments.py", "api/config.py", "plugins/spec.py"):
        (tmp_path / CORE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / CORE / name, tmp_path / CORE / name)
    shutil.copytree(ROOT / CLI, tmp_path / CLI)
    return tmp_path


def test_all_is_described(source: Path):
    assert "reference/hooks.md" in core_pages(source)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (f"{CORE}/api/arguments.py", "Run as another user with sudo.", "", "_sudo is not described"),
        (f"{CORE}/api/config.py", "    # % of hosts that may fail before the run ends\n", "", "FAIL_PERCENT"),
        (
            f"{CORE}/plugins/spec.py",
            "        host: the host;",
            "        hosts: the host;",
            "host is not described",
        ),
        (
            f"{CORE}/plugins/spec.py",
            "name: what it is called on the command line: `N",
            "nom: `N",
            "name is not",
        ),
        (f"{CLI}/plugins/_list.py", ', help="Only plugins with this tag."', "", "--tag is not described"),
    ],
)
def test_what_is_not_described_fails(source: Path, file: str, old: str, new: str, told: str):
    text = (source / file).read_text()
    assert old in text
    (source / file).write_text(text.replace(old, new, 1))
    with pytest.raises(DocsError) as caught:
        core_pages(source)
    assert told in str(caught.value)
    assert file.partition("/plugins/_list")[0] in str(caught.value)
