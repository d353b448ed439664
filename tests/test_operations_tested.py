"""The table of what is tested: it says what tests have shown, and is refused where it says more."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("operations_tested", ROOT / "tools/operations_tested.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def table_of(tool, tmp_path, monkeypatch, capsys):
    """Write a table, or check the one that is written, by what tests have shown."""
    monkeypatch.setattr(tool, "TABLE", tmp_path / "table.md")

    def run(mode, shown):
        none = {"cases": 0, "applied": False, "again": False, "previewed": False, "injection": {}}
        (tmp_path / "shown.json").write_text(
            json.dumps({name: {**none, **one} for name, one in shown.items()})
        )
        code = tool.main([mode, str(tmp_path / "shown.json")])
        return code, capsys.readouterr().err, tool.TABLE.read_text()

    return run


SHOWN = {"cases": 3, "applied": True, "again": True, "previewed": True, "injection": {"shell": ["path"]}}


def test_a_row_says_what_was_shown(table_of):
    _, _, text = table_of("write", {"files.file": SHOWN})
    assert "| `files.file` | 3 | yes | yes | yes | yes |" in text.splitlines()
    assert "| `files.directory` | 0 | no | no | no | no |" in text.splitlines()


@pytest.mark.parametrize(
    ("injection", "cell"),
    [
        ({"shell": ["a"], "refused": ["b"]}, "yes"),
        ({"none": []}, "takes no text"),
        ({"refused": ["a"], "nowhere": ["b", "c"]}, "yes; in no command: `b`, `c`"),
        ({"on purpose: it is code": ["a"]}, "not `a`: it is code"),
        ({}, "no"),
    ],
)
def test_injection_names_what_was_not_tried(table_of, injection, cell):
    _, _, text = table_of("write", {"files.file": {"injection": injection}})
    assert f"| `files.file` | 0 | no | no | no | {cell} |" in text.splitlines()


def test_what_is_not_idempotent_says_so(table_of):
    _, _, text = table_of("write", {})
    assert "| `server.shell` | 0 | no | not idempotent | no | no |" in text.splitlines()


@pytest.mark.parametrize("less", [{}, {"injection": {"shell": ["path"], "nowhere": ["user", "group"]}}])
def test_a_table_that_says_less_than_is_shown_holds(table_of, less):
    table_of("write", {"files.file": {"cases": 2, **less}})
    assert table_of("check", {"files.file": SHOWN})[:2] == (0, "")


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ({"cases": 2}, "files.file, cases: it says '3', the tests show '2'"),
        ({"applied": False}, "files.file, applied: it says 'yes', the tests show 'no'"),
        ({"again": False}, "files.file, again: it says 'yes', the tests show 'no'"),
        (
            {"injection": {"shell": ["path"], "nowhere": ["user"]}},
            "the tests show 'yes; in no command: `user`'",
        ),
    ],
)
def test_a_table_that_says_more_than_is_shown_is_refused(table_of, lost, told):
    table_of("write", {"files.file": SHOWN})
    code, error, _ = table_of("check", {"files.file": {**SHOWN, **lost}})
    assert code == 1
    assert told in error


def test_the_table_is_there_and_has_every_operation(tool):
    assert tool.written(tool.TABLE.read_text()).keys() <= tool.installed().keys()
