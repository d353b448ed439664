"""`pyinfra plugins …`, `pyinfra docs` and completion: what is installed, what it offers, what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import Cli
from cli_plugins import install, install_broken, install_odd


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "site"
    monkeypatch.setenv("PYTHONPATH", str(made))
    return made


@pytest.fixture
def run_cli(tmp_path: Path, site: Path) -> Cli:
    install(site)
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(folder)


class TestList:
    def test_as_json(self, run_cli, site):
        install_broken(site)
        rows = json.loads(run_cli.run("plugins", "list", "--tag", "web-server", "--json").stdout)
        assert [(row["type"], row["name"], row["package"], row["state"]) for row in rows] == [
            ("operation", "broken", "broken-infra", "broken"),
            ("operation", "nginx", "acme-infra", "ok"),
            ("fact", "nginx", "acme-infra", "ok"),
            ("connector", "acme", "acme-infra", "ok"),
            ("hook", "acme", "acme-infra", "ok"),
        ]
        assert "no such luck" in rows[0]["problem"]

    def test_is_what_the_command_does_by_itself(self, run_cli):
        assert (
            run_cli.run("plugins", "--type", "hook").stdout
            == run_cli.run("plugins", "list", "--type", "hook").stdout
        )


class TestShow:
    def test_all_that_has_a_name(self, run_cli):
        told = run_cli.run("plugins", "show", "nginx").stdout
        assert "nginx.site(name: str, port: int = 80, tags: list[str] | None = None)" in told
        assert "Describe a site." in told
        assert "nginx.Sites()" in told
        assert "acme_infra/facts.py" in told

    def test_a_connector_and_its_data(self, run_cli):
        told = run_cli.run("plugins", "show", "ssh").stdout
        assert "hosts: @ssh/NAME" in told
        assert "ssh_port: " in told

    def test_what_is_not_there(self, run_cli):
        done = run_cli.run("plugins", "show", "ngin")
        assert (done.returncode, "did you mean nginx?" in done.stderr) == (2, True)


class TestSearch:
    @pytest.mark.parametrize("text", ["nginx", "NGINX", "acme-infra", "web-serv"])
    def test_finds_what_is_installed(self, run_cli, text):
        assert "acme-infra" in run_cli.run("plugins", "search", text).stdout

    def test_finds_nothing(self, run_cli):
        done = run_cli.run("plugins", "search", "no such thing")
        assert (done.returncode, done.stdout) == (1, "")
        assert "nothing is known by 'no such thing'" in done.stderr


class TestCheck:
    def test_all_is_well(self, run_cli):
        done = run_cli.run("plugins", "check", "pyinfra-ops-apt", "local")
        assert (done.returncode, done.stdout) == (0, "4 plugins, 0 problems\n")

    def test_each_fault_is_named(self, run_cli, site):
        install_broken(site)
        install_odd(site)
        done = run_cli.run("plugins", "check")
        assert done.returncode == 1
        for fault in (
            "operations 'broken' of broken-infra 1.2 can't be loaded: RuntimeError: no such luck",
            "fact nginx of acme-infra 1.2: Sites has no docstring; say what it does",
            "connector odd of odd-infra 1.2: odd_infra:Thing is no connector",
            "operation empty of odd-infra 1.2: odd_infra.empty has no operation",
            "fact gone of odd-infra 1.2: facts 'gone' of odd-infra 1.2 can't be loaded: ModuleNotFoundError",
            "operation nothing of odd-infra 1.2: operations 'nothing' of odd-infra 1.2 can't be loaded: AttributeError",
            "operation exits of odd-infra 1.2: operations 'exits' of odd-infra 1.2 can't be loaded: SystemExit",
            "operation prints of odd-infra 1.2: it prints as it is imported ('hello')",
            "hook odd of odd-infra 1.2: plugin 'odd': pyinfra_no_such_hook is no hook",
            "operation newer of newer-infra 1.2: newer-infra 1.2 needs pyinfra-core>=99, installed is",
        ):
            assert fault in done.stdout
        assert "pyinfra.operations.nginx is provided by odd-infra 1.2 and acme-infra 1.2" in done.stdout

    def test_the_others_go_on(self, run_cli, site):
        install_broken(site)
        install_odd(site)
        done = run_cli.run("@local", "exec", "--", "true")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False)

    def test_a_name_that_nobody_has(self, run_cli):
        done = run_cli.run("plugins", "check", "nobody")
        assert (done.returncode, "nobody: no plugin" in done.stdout) == (1, True)


class TestDocs:
    def test_of_an_operation(self, run_cli):
        told = run_cli.run("docs", "nginx.site").stdout
        assert told == (
            "nginx.site(name: str, port: int = 80, tags: list[str] | None = None)\n\nDescribe a site.\n"
        )

    def test_of_a_fact_and_its_arguments(self, run_cli):
        assert "files.File(path: str)" in run_cli.run("docs", "files.File").stdout

    def test_of_a_plugin(self, run_cli):
        assert "nginx.site(" in run_cli.run("docs", "nginx").stdout

    def test_a_near_miss(self, run_cli):
        done = run_cli.run("docs", "apt.packges")
        assert (done.returncode, "did you mean apt.packages?" in done.stderr) == (2, True)


class TestCompletion:
    @staticmethod
    def complete(run_cli: Cli, line: str) -> list[str]:
        words = line.split(" ")
        done = subprocess.run(
            [sys.executable, "-m", "pyinfra_cli"],
            cwd=run_cli.folder,
            env={
                **os.environ,
                "_PYINFRA_COMPLETE": "bash_complete",
                "COMP_WORDS": line,
                "COMP_CWORD": str(len(words) - 1),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        return [word.partition(",")[2] for word in done.stdout.split()]

    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("pyinfra plu", ["plugins"]),
            ("pyinfra @lo", ["@local"]),
            ("pyinfra plugins sh", ["show"]),
            ("pyinfra --vers", ["--version"]),
            ("pyinfra @local ex", ["exec"]),
            ("pyinfra @local nginx.", ["nginx.site"]),
            ("pyinfra @local ngi", ["nginx.site"]),
            ("pyinfra @local nginx.site p", ["port="]),
            ("pyinfra @local nginx.site _sudo_u", ["_sudo_user="]),
            ("pyinfra @local fact nginx.", ["nginx.Sites"]),
            ("pyinfra @local fact files.File pa", ["path="]),
            ("pyinfra inv", ["inventory.py"]),
            ("pyinfra inventory.py de", ["debug-inventory", "deploy.py"]),
            ("pyinfra inventory.py web/", ["web/setup.py"]),
            ("pyinfra @local no.such.thing x", []),
        ],
    )
    def test_knows(self, run_cli, line, found):
        run_cli.write(inventory="", deploy="", web__setup="")
        assert self.complete(run_cli, line) == found

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_has_a_script_for_each_shell(self, run_cli, shell):
        assert f"_PYINFRA_COMPLETE={shell}_complete" in run_cli.run("completion", shell).stdout
