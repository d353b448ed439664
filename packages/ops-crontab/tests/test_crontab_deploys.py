"""Entries in the crontab of a stand-in, which keeps what it is given in a file: real shells and real sed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.facts.crontab import Crontab
from pyinfra.operations import crontab
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

STAND_IN = """#!/bin/sh
case $1 in
-l) cat "$CRONTAB_FILE" 2>/dev/null || { echo "no crontab" >&2; exit 1; };;
*) cat "$1" > "$CRONTAB_FILE";;
esac
"""
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20).filter(
    lambda text: text == text.strip() and text.split() and not text.startswith("#")
)


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that stands for the crontab."""
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("CRONTAB_FILE", str(tmp_path / "table"))
    return tmp_path / "table"


def test_an_entry_is_added_changed_and_removed(table: Path):
    table.write_text("MAILTO=me\n# mine\n1 2 3 4 5 echo other\n")

    def have(**arguments: object) -> None:
        crontab.crontab("echo it's mine", cron_name="mine", **arguments)  # type: ignore[arg-type]

    assert_idempotent("@local", lambda: have(minute="*/5"))
    assert table.read_text().splitlines()[-2:] == ["# pyinfra-name=mine", "*/5 * * * * echo it's mine"]
    assert_idempotent("@local", lambda: have(special_time="@daily"))
    assert table.read_text().splitlines()[-1] == "@daily echo it's mine"
    assert_idempotent("@local", lambda: have(present=False))
    assert "echo it's mine" not in table.read_text()
    assert table.read_text().startswith("MAILTO=me\n# mine\n1 2 3 4 5 echo other\n")


def test_only_its_own_line_is_touched(table: Path):
    table.write_text("1 * * * * run\n2 * * * * run fast\n3 * * * * prerun\n@daily run\n")
    run_deploy("@local", lambda: crontab.crontab("run", minute=9))
    assert table.read_text() == "9 * * * * run\n2 * * * * run fast\n3 * * * * prerun\n@daily run\n"


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=st.lists(LINE, min_size=1, max_size=3, unique=True))
def test_any_command_is_kept_as_it_is(table: Path, commands: list[str]):
    table.unlink(missing_ok=True)

    def code() -> None:
        for minute, command in enumerate(commands):
            crontab.crontab(command, minute=minute)

    run_deploy("@local", code)
    assert run_deploy("@local", code).changed == []
    assert [line for line in table.read_text().split("\n") if line.strip()] == [
        f"{minute} * * * * {command}" for minute, command in enumerate(commands)
    ]


@given(st.lists(st.text()))
def test_any_output_is_read(lines: list[str]):
    Crontab().process(lines)
