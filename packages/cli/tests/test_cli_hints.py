"""What is kept from one run of a deploy to the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_kit import Cli

DEPLOY = """
from pyinfra import host
from pyinfra.operations import files

for name in ("one", "two", "three"):
    if files.directory(name).changed:
        files.directory(f"{name}/inner")
"""


@pytest.fixture
def run_cli(tmp_path: Path) -> Cli:
    made = Cli(tmp_path)
    made.write(deploy=DEPLOY)
    return made


def kept(run_cli: Cli) -> list[Path]:
    return sorted((run_cli.folder / "cache").rglob("*.json"))


def batches(output: str) -> int:
    """How many commands -vv has shown that ask for facts."""
    return output.count(">>> sh")


def test_the_next_run_asks_all_at_once(run_cli):
    run_cli.run("--yes", "@local", "deploy.py")
    first = run_cli.run("--dry", "-vv", "@local", "deploy.py")
    (file,) = kept(run_cli)
    assert [hint["kwargs"]["path"] for hint in json.loads(file.read_text())["@local"]] == [
        "one",
        "two",
        "three",
    ]
    file.unlink()
    without = run_cli.run("--dry", "-vv", "@local", "deploy.py")
    assert (batches(first.stdout), batches(without.stdout)) == (1, 3)


def test_another_deploy_has_its_own(run_cli):
    run_cli.run("--dry", "@local", "deploy.py")
    run_cli.run("--dry", "@local", "files.directory", "one")
    assert len(kept(run_cli)) == 2


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"@local": 1}', '{"@local": [1, {"fact": 1}]}', "\0\xff"]
)
def test_a_broken_file_costs_nothing(run_cli, content):
    run_cli.run("--dry", "@local", "deploy.py")
    (file,) = kept(run_cli)
    file.write_text(content)
    done = run_cli.run("--yes", "@local", "deploy.py")
    assert done.returncode == 0
    assert (run_cli.folder / "three").is_dir()


def test_is_only_for_its_owner(run_cli):
    run_cli.run("--dry", "@local", "deploy.py")
    (file,) = kept(run_cli)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_can_be_turned_off(run_cli):
    run_cli.write(config="HINTS = False\n")
    run_cli.run("--dry", "@local", "deploy.py")
    run_cli.run("--dry", "--no-batch", "@local", "deploy.py")
    run_cli.run("@local", "fact", "server.Os")
    assert kept(run_cli) == []


def test_a_cache_that_can_not_be_written_costs_nothing(run_cli):
    (run_cli.folder / "cache").write_text("in the way")
    assert run_cli.run("--yes", "@local", "deploy.py").returncode == 0
