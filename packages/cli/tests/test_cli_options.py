"""Options: how much is shown, what is asked, how it looks on a terminal."""

from __future__ import annotations

import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import OPERATIONS, Cli
from click.testing import CliRunner
from pyinfra.api.output import set_echo, set_formatter
from pyinfra_cli.cli import OPTIONS, cli


@pytest.fixture
def run_cli(tmp_path: Path) -> Cli:
    made = Cli(tmp_path)
    made.write(
        ops=OPERATIONS,
        deploy="from ops import *\ntouch('ops.py')\nshell('echo said; echo wrong >&2')\n",
    )
    return made


class TestVerbosity:
    @pytest.mark.parametrize(
        ("options", "shown", "hidden"),
        [
            (
                [],
                ["ops.shell: echo said; echo wrong >&2 (changed)"],
                ["(no change)", "Loaded fact", ">>>", "] said"],
            ),
            (
                ["-v"],
                ["ops.touch: ops.py (no change): it is there", "Loaded fact ops.Exists (path=ops.py)"],
                [">>>", "] said"],
            ),
            (["-vv"], [">>> sh -c 'echo said; echo wrong >&2'"], ["] said"]),
            (["-vvv"], ["] said", "] wrong"], []),
        ],
    )
    def test_each_level_shows_more(self, run_cli, options, shown, hidden):
        done = run_cli.run("--yes", *options, "@local", "deploy.py")
        assert done.returncode == 0, done.stderr
        assert [text for text in shown if text not in done.stdout] == []
        assert [text for text in hidden if text in done.stdout] == []

    def test_a_preview_with_what_does_not_change(self, run_cli):
        done = run_cli.run("--dry", "-v", "@local", "deploy.py")
        assert "    [@local] ops.touch: ops.py (no change): it is there\n" in done.stdout
        assert "--> Operations: 2\n--> Commands to execute: 1 or more\n--> Hosts: 1\n" in done.stdout

    def test_nothing_to_do_is_said_so(self, run_cli):
        run_cli.write(deploy="from ops import touch\ntouch('ops.py')\n")
        done = run_cli.run("--dry", "@local", "deploy.py")
        assert "--> Proposed changes:\n    none\n" in done.stdout
        assert "--> Commands to execute: 0\n" in done.stdout


class TestDebug:
    def test_a_traceback_only_when_asked_for(self, run_cli):
        run_cli.write(deploy="def fail():\n    raise ValueError('no')\nfail()\n")
        for options, wanted in (([], False), (["--debug"], True)):
            done = run_cli.run(*options, "--yes", "@local", "deploy.py")
            assert "deploy.py:2: ValueError: no\n" in done.stderr
            assert ("Traceback" in done.stdout + done.stderr) is wanted

    def test_an_operation_that_raises_has_its_place(self, run_cli):
        run_cli.write(
            bad="from pyinfra.api import operation\n@operation()\ndef op():\n    {}['x']\n    yield\n"
        )
        done = run_cli.run("@local", "bad.op")
        assert "bad.py:4: KeyError: 'x'\n" in done.stderr
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)

    def test_operations_are_printed_and_not_run(self, run_cli):
        done = run_cli.run("--json", "--debug-operations", "@local", "deploy.py")
        told = json.loads(done.stdout)
        assert [one["op_name"] for one in told] == ["ops.touch", "ops.shell"]
        assert [one["location"][1] for one in told] == [2, 3]

    def test_facts_are_printed_and_nothing_is_run(self, run_cli):
        done = run_cli.run("--json", "--debug-facts", "@local", "deploy.py")
        assert [one["stdout"] for one in json.loads(done.stdout)["@local"]] == [["yes"]]

    def test_support_names_the_versions(self, run_cli):
        done = run_cli.run("--support")
        assert done.returncode == 0
        assert "pyinfra: v3." in done.stdout
        assert "pyinfra-core 3." in done.stdout


class TestRun:
    def test_a_retry_is_counted(self, run_cli):
        run_cli.write(deploy="from ops import *\nshell('echo >> tries; test $(wc -l < tries) = 3')\n")
        done = run_cli.run("--yes", "--retry", "3", "--retry-delay", "0", "@local", "deploy.py")
        assert done.returncode == 0, done.stderr
        assert "(retry 2 of 3)" in done.stdout
        assert "(retry 3 of 3)" not in done.stdout

    @pytest.mark.parametrize("options", [[], ["--no-batch"]])
    def test_results_are_the_same_without_batches(self, run_cli, options):
        done = run_cli.run("--yes", *options, "@local", "deploy.py")
        assert "Operations: 2\nCommands: 1\nChanges: 1\nHosts: 1\n" in done.stdout

    def test_a_folder_to_work_in(self, run_cli):
        done = run_cli.run("--chdir", str(run_cli.folder), "@local", "exec", "--", "ls")
        assert "[@local] ops.py\n" in done.stdout

    def test_an_ignored_failure_is_none(self, run_cli):
        run_cli.write(deploy="from ops import *\nshell('exit 4', _ignore_errors=True)\n")
        done = run_cli.run("--yes", "@local", "deploy.py")
        assert done.returncode == 0
        assert "(failed, ignored)" in done.stdout

    def test_several_files_and_a_function(self, run_cli):
        run_cli.write(
            more="from ops import touch\ndef all_of_it(path):\n    touch(path)\n    touch(path + '2')\n"
        )
        done = run_cli.run("--yes", "@local", "more.all_of_it", "new")
        assert done.returncode == 0, done.stderr
        assert (run_cli.folder / "new2").exists()
        done = run_cli.run("--yes", "@local", "deploy.py", "more.py")
        assert "Operations: 2\n" in done.stdout

    @pytest.mark.parametrize("words", [["deploy.py", "exec"], ["deploy.py", "missing.py"]])
    def test_files_and_something_else(self, run_cli, words):
        done = run_cli.run("--yes", "@local", *words)
        assert (done.returncode, words[1] in done.stderr) == (2, True)

    def test_passwords_in_data_are_masked(self, run_cli):
        done = run_cli.run(
            "@local", "--ssh-password", "canary-pw", "--data", "_sudo_password=abc", "debug-inventory"
        )
        assert done.stdout.count("*MASKED*") == 2
        assert "canary" not in done.stdout

    def test_json_as_pyinfra_3_has_it(self, run_cli):
        told = json.loads(run_cli.run("--json", "--yes", "@local", "deploy.py").stdout)
        assert [one["names"] for one in told["plan"]] == [["ops.touch"], ["ops.shell"]]
        assert told["results"]["totals"] == {"hosts": 2, "success": 1, "error": 0, "no_change": 1}
        assert told["results"]["failed_hosts"] == []
        told = json.loads(run_cli.run("--json", "--dry", "@local", "deploy.py").stdout)
        assert [one["hosts_with_change"] for one in told["plan"]] == [[], ["@local"]]
        assert told["results"] is None


def on_terminal(cli: Cli, *arguments: str, **env: str) -> str:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pyinfra_cli", *arguments],
        cwd=cli.folder,
        env={**os.environ, "TERM": "xterm", **env},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    pieces = []
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(controller)
    process.wait(timeout=60)
    return b"".join(pieces).decode()


class TestTerminal:
    def test_progress_while_it_runs(self, run_cli, monkeypatch):
        monkeypatch.delenv("NO_COLOR", raising=False)
        said = on_terminal(run_cli, "--yes", "@local", "deploy.py")
        assert "(0 of 1 hosts)" in said
        assert "\033[32mchanged\033[0m" in said
        assert said.rindex("\033[?25h") > said.rindex("\033[?25l")

    def test_no_colour_where_none_is_wanted(self, run_cli):
        said = on_terminal(run_cli, "--yes", "@local", "deploy.py", NO_COLOR="1")
        assert "(changed)" in said
        assert "\033[3" not in said

    def test_none_of_it_in_a_pipe(self, run_cli):
        assert "\033" not in run_cli.run("--yes", "@local", "deploy.py").stdout


class TestInProcess:
    @pytest.fixture(autouse=True)
    def _clean(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", list(sys.path))
        own = logging.getLogger("pyinfra")
        before = (own.handlers, own.propagate, own.level)
        yield
        own.handlers, own.propagate, own.level = before
        set_echo(None)
        set_formatter(None)

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["exec", "--", "true"], 0),
            (["exec", "--", "exit 3"], 1),
            (["exec"], 2),
            (["--nonsense", "exec"], 2),
        ],
    )
    def test_exit_codes_of_the_click_command(self, words, code):
        assert CliRunner().invoke(cli, ["@local", *words]).exit_code == code

    def test_json_goes_to_the_stdout_of_the_call(self):
        done = CliRunner().invoke(cli, ["--json", "@local", "debug-inventory"])
        assert json.loads(done.stdout)[0]["name"] == "@local"


DOCUMENTED = """
--chdir --config --data --debug --debug-all --debug-facts --debug-operations --diff --dry --dzdo
--dzdo-user --exclude --fail-percent --group-data --json --key --ssh-key --key-password --ssh-key-password --limit
--no-wait --parallel --password --ssh-password --port --ssh-port --retry --retry-delay --same-sudo-password
--serial --shell-executable --ssh-password-prompt --ssh-user --user --su-user --sudo --sudo-user --support
--use-sudo-login --use-sudo-password --version --yes -y -v
"""


def test_every_documented_option_is_there():
    there = {name for parameter in cli.params for name in parameter.opts}
    assert set(DOCUMENTED.split()) <= there
    assert len(OPTIONS) == len([one for one in cli.params if one.param_type_name == "option"])
