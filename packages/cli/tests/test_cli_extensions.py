"""What plugins add to a run on the command line: secrets, reports, observers; and what their errors cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_kit import Cli
from cli_plugins import install

FAILING = """
from pyinfra.plugins.spec import hookimpl

@hookimpl
def pyinfra_operation_host_end(host):
    raise ValueError("no eyes")

@hookimpl
def pyinfra_inventory_sources():
    raise ValueError("no map")

@hookimpl
def pyinfra_secret_sources():
    raise ValueError("no keys")
"""


@pytest.fixture
def run_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    site = tmp_path / "site"
    install(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(folder)


class TestSecrets:
    DEPLOY = (
        "from pyinfra import host\n"
        "print('password', host.data.get('_sudo_password'), host.data.get('ssh_password'))\n"
    )

    def test_are_asked_for_what_the_inventory_has_not(self, run_cli):
        run_cli.write(deploy=self.DEPLOY)
        assert "password hunter22 None" in run_cli.run("--yes", "@acme/a", "deploy.py").stdout

    def test_leave_alone_what_it_has(self, run_cli):
        run_cli.write(deploy=self.DEPLOY)
        told = run_cli.run("--yes", "--data", "_sudo_password=mine", "@acme/a", "deploy.py").stdout
        assert "password mine None" in told

    def test_are_masked(self, run_cli):
        assert "hunter22" not in run_cli.run("@acme/a", "exec", "--", "echo hunter22").stdout

    def test_a_source_that_fails_is_named(self, run_cli):
        done = run_cli.run("@acme/locked", "exec", "--", "true")
        assert done.returncode == 0
        assert (
            "plugin acme: the secret source safe failed for @acme/locked: the safe is locked" in done.stderr
        )


class TestReports:
    def test_are_written_when_the_run_is_over(self, run_cli):
        run_cli.run(
            "--report",
            "lines=hosts.txt",
            "--report",
            "json=run.json",
            "@acme/a,@acme/b",
            "exec",
            "--",
            "true",
        )
        assert (run_cli.folder / "hosts.txt").read_text() == "@acme/a\n@acme/b\n"
        assert json.loads((run_cli.folder / "run.json").read_text())["counts"]["Hosts"] == 2

    def test_of_a_run_that_failed_too(self, run_cli):
        done = run_cli.run("--report", "json=run.json", "@acme/a", "exec", "--", "false")
        assert done.returncode == 1
        assert json.loads((run_cli.folder / "run.json").read_text())["results"]["failed_hosts"] == ["@acme/a"]

    @pytest.mark.parametrize(
        ("written", "message"),
        [
            ("tea=x", "no plugin knows the format tea; known: inkless, json, lines"),
            ("json", "write FORMAT=FILE"),
            ("json=nowhere/x", "there is no folder nowhere"),
        ],
    )
    def test_that_can_not_be_had_end_the_run_before_it_begins(self, run_cli, written, message):
        done = run_cli.run("--report", written, "@acme/a", "exec", "--", "touch done")
        assert (done.returncode, message in done.stderr) == (2, True)
        assert not (run_cli.folder / "done").exists()

    def test_that_fail_are_no_failure_of_the_run(self, run_cli):
        done = run_cli.run("--report", "inkless=x", "@acme/a", "exec", "--", "true")
        assert (done.returncode, "inkless=x could not be written: no ink" in done.stderr) == (0, True)


class TestFailingHooks:
    def test_are_named_and_cost_nothing_else(self, run_cli, tmp_path: Path):
        (tmp_path / "site/acme_infra/failing.py").write_text(FAILING)
        points = next((tmp_path / "site").glob("acme*/entry_points.txt"))
        points.write_text(
            points.read_text().replace(
                "acme = acme_infra.hooks", "acme = acme_infra.hooks\nbad = acme_infra.failing"
            )
        )
        assert "north-1" in run_cli.run("rack:north", "debug-inventory").stdout
        done = run_cli.run("nowhere:north", "debug-inventory")
        assert (done.returncode, "there is no module nowhere" in done.stderr) == (2, True)
        assert "plugin bad: pyinfra_inventory_sources failed: ValueError: no map" in done.stderr
        done = run_cli.run("@acme/a", "exec", "--", "true")
        assert (done.returncode, "seen @acme/a changed" in done.stdout) == (0, True)
        assert "plugin bad: its observer of operation_host_end failed: ValueError: no eyes" in done.stderr
        assert "plugin bad: pyinfra_secret_sources failed: ValueError: no keys" in done.stderr
