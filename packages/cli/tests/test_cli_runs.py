"""Runs on this machine: output, counts, questions, JSON, exit codes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import OPERATIONS, Cli


@pytest.fixture
def run_cli(tmp_path: Path) -> Cli:
    made = Cli(tmp_path)
    made.write(ops=OPERATIONS)
    return made


def by_name(done: subprocess.CompletedProcess[str]):
    return {host["name"]: host for host in json.loads(done.stdout)}


DEPLOY = """
from ops import touch
first = touch(name="The first file", path="one")
touch(name="The second file", path="two", _if=first.did_change)
"""


def test_first_run_changes_second_run_does_not(run_cli):
    run_cli.write(deploy=DEPLOY)
    first = run_cli.run("--yes", "@local", "deploy.py")
    assert first.returncode == 0, first.stderr
    assert "[@local] ops.touch: The first file (changed)\n" in first.stdout
    assert "Operations: 2\nCommands: 2\nChanges: 2\nHosts: 1\n" in first.stdout
    again = run_cli.run("--yes", "@local", "deploy.py")
    assert "(changed)" not in again.stdout
    assert "Operations: 2\nCommands: 0\nChanges: 0\nHosts: 1\n" in again.stdout


def test_a_dry_run_says_what_would_change_and_changes_nothing(run_cli):
    run_cli.write(deploy=DEPLOY)
    done = run_cli.run("--dry", "@local", "deploy.py")
    assert "--> Proposed changes:\n    [@local] ops.touch: The first file (will change)\n" in done.stdout
    assert "    [@local] ops.touch: The second file (conditional)\n" in done.stdout
    assert "--> Operations: 2\n" in done.stdout
    assert "--> Hosts: 1\n" in done.stdout
    assert done.returncode == 0
    assert not (run_cli.folder / "one").exists()


def test_without_a_terminal_and_yes_it_refuses_to_change(run_cli):
    run_cli.write(deploy=DEPLOY)
    done = run_cli.run("@local", "deploy.py")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert not (run_cli.folder / "one").exists()


def test_without_a_change_it_asks_nothing(run_cli):
    run_cli.write(deploy="from ops import touch\ntouch('ops.py')\n")
    done = run_cli.run("@local", "deploy.py")
    assert done.returncode == 0, done.stderr
    assert "Changes: 0\n" in done.stdout


@pytest.mark.parametrize(("answer", "code", "there"), [("y\n", 0, True), ("\n", 0, True), ("n\n", 2, False)])
def test_with_a_terminal_it_asks(run_cli, answer, code, there):
    run_cli.write(deploy="from ops import touch\ntouch('one')\n")
    controller, terminal = pty.openpty()
    try:
        os.write(controller, answer.encode())
        done = run_cli.run("@local", "deploy.py", stdin=terminal)
    finally:
        os.close(controller)
        os.close(terminal)
    assert done.returncode == code, done.stderr
    assert "Apply these changes?" in done.stdout
    assert (run_cli.folder / "one").exists() is there


def test_exec_and_fact_never_ask(run_cli):
    done = run_cli.run("@local", "exec", "--", "echo", "hello")
    assert (done.returncode, "[@local] hello\n" in done.stdout) == (0, True)
    done = run_cli.run("@local", "fact", "ops.Exists", "path=ops.py")
    assert done.returncode == 0, done.stderr
    assert '"@local": true' in done.stdout


def test_an_operation_by_the_name_of_its_module(run_cli):
    done = run_cli.run("--yes", "@local", "ops.touch", "path=by name", "name=Make it")
    assert done.returncode == 0, done.stderr
    assert "[@local] ops.touch: Make it (changed)\n" in done.stdout
    assert (run_cli.folder / "by name").exists()


class TestJson:
    def load(self, done: subprocess.CompletedProcess[str]):
        return json.loads(done.stdout)

    def test_of_a_run(self, run_cli):
        run_cli.write(deploy="print('not JSON')\n" + DEPLOY)
        told = self.load(run_cli.run("--json", "--yes", "@local", "deploy.py"))
        assert told["counts"] == {"Operations": 2, "Commands": 2, "Changes": 2, "Hosts": 1}
        assert [one["outcome"] for one in told["hosts"]["@local"]["operations"]] == ["changed", "changed"]

    def test_of_a_dry_run(self, run_cli):
        run_cli.write(deploy=DEPLOY)
        told = self.load(run_cli.run("--json", "--dry", "@local", "deploy.py"))
        assert [one["expected"] for one in told["hosts"]["@local"]] == ["will change", "conditional"]

    def test_of_facts_and_inventory(self, run_cli):
        told = self.load(run_cli.run("--json", "@local", "fact", "ops.Exists", "path=nothing"))
        assert told == {"ops.Exists (path=nothing)": {"@local": False}}
        told = self.load(run_cli.run("--json", "@local", "--data", "x=1", "debug-inventory"))
        assert told[0]["data"] == {"x": 1}


class TestInventory:
    def test_groups_and_data(self, run_cli):
        run_cli.write(
            inv="web = ['h1', ('h2', {'x': 'host'})]\ndb = (['h3'], {'x': 'tuple'})\n"
            "_hidden = ['h4']\ndef helper(): ...\n",
            group_data__web="x = 'web'\ny = 'web'\n",
            group_data__all="x = 'all'\nz = 'all'\n",
        )
        done = run_cli.run("--json", "inv.py", "debug-inventory")
        told = by_name(done)
        shown = {name: {key: host["data"].get(key) for key in "xyz"} for name, host in told.items()}
        assert shown == {
            "h1": {"x": "web", "y": "web", "z": "all"},
            "h2": {"x": "host", "y": "web", "z": "all"},
            "h3": {"x": "tuple", "y": None, "z": "all"},
        }
        done = run_cli.run("--json", "inv.py", "--data", "x=above", "--limit", "db,h1", "debug-inventory")
        assert {name: host["data"]["x"] for name, host in by_name(done).items()} == {
            "h1": "above",
            "h3": "above",
        }

    @pytest.mark.parametrize(
        ("limit", "names"),
        [
            (["h?"], ["h1", "h2", "h3"]),
            (["web"], ["h1", "h2"]),
            (["h1", "h3"], ["h1", "h3"]),
            (["h*,x1"], None),
        ],
    )
    def test_limits(self, run_cli, limit, names):
        run_cli.write(inv="web = ['h1', 'h2']\ndb = ['h3', 'x1']\n")
        options = [word for one in limit for word in ("--limit", one)]
        told = by_name(run_cli.run("--json", "inv.py", *options, "debug-inventory"))
        assert list(told) == (names or ["h1", "h2", "h3", "x1"])

    @pytest.mark.parametrize("written", ["hosts:give", "hosts.give"])
    def test_of_a_function(self, run_cli, written):
        run_cli.write(hosts="def give():\n    return {'web': ['h1'], 'db': (['h2'], {'x': 1})}\n")
        told = by_name(run_cli.run("--json", written, "debug-inventory"))
        assert told["h2"] == {"name": "h2", "groups": ["db"], "data": {"ssh_hostname": "h2", "x": 1}}

    def test_generated(self, run_cli):
        run_cli.write(inv="web = (f'h{number}' for number in range(3))\n")
        assert list(by_name(run_cli.run("--json", "inv.py", "debug-inventory"))) == ["h0", "h1", "h2"]


def test_config_files_set_keys_either_way(run_cli):
    run_cli.write(
        config="from pyinfra import config\nconfig.SHELL = 'bash'\nDIFF = True\n",
        deploy="from pyinfra import config\nprint(config.SHELL, config.DIFF)\n",
    )
    assert "bash True\n" in run_cli.run("--yes", "@local", "deploy.py").stdout


def test_secrets_are_masked_in_all_that_is_shown(run_cli):
    run_cli.write(
        deploy="from ops import shell\nfrom pyinfra.api import MaskString\n"
        "shell(f\"echo {MaskString('canary-1234')}; echo canary-1234 >&2; exit 1\")\n"
    )
    for options in (["-vvv"], ["--debug", "-vvv"], ["--json"], []):
        done = run_cli.run("--yes", *options, "@local", "deploy.py")
        assert done.returncode == 1
        assert "canary" not in done.stdout + done.stderr


def test_control_characters_of_a_host_do_not_reach_the_terminal(run_cli):
    done = run_cli.run("@local", "exec", "--", "printf '\\033[31mred\\007\\n'")
    assert "\033" not in done.stdout
    assert "\007" not in done.stdout


def test_interrupted_ends_at_once_with_130(run_cli):
    run_cli.write(deploy="from ops import *\nshell('echo begun > begun; sleep 60')\ntouch('after')\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "pyinfra_cli", "--yes", "@local", "deploy.py"],
        cwd=run_cli.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = subprocess.run(
        ["sh", "-c", "until [ -s begun ]; do :; done"], cwd=run_cli.folder, timeout=30, check=True
    )
    assert watch.returncode == 0
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in said
    assert not (run_cli.folder / "after").exists()


def test_the_version_is_quick_to_say(run_cli):
    code = (
        "import sys\nfrom pyinfra_cli.main import run\nrun(['--version'])\n"
        "print([name for name in ('rich', 'paramiko', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "pyinfra: v3.11.0\n[]\n"


def test_an_empty_environment_is_enough(run_cli):
    done = subprocess.run(
        [sys.executable, "-m", "pyinfra_cli", "@local", "exec", "--", "true"],
        env={"PATH": os.environ["PATH"]},
        cwd=run_cli.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class TestAwaitedResults:
    CODE = (
        "from ops import touch\nfirst = touch(name='First', path='one')\n"
        "print('changed:', first.did_change())\ntouch(name='Second', path='two')\n"
    )

    def test_are_true_with_yes(self, run_cli):
        run_cli.write(deploy=self.CODE)
        assert "changed: True\n" in run_cli.run("--yes", "@local", "deploy.py").stdout
        again = run_cli.run("--yes", "@local", "deploy.py")
        assert "changed: False\n" in again.stdout
        assert "Operations: 2\nCommands: 0\nChanges: 0\n" in again.stdout

    def test_are_predicted_in_a_dry_run(self, run_cli):
        run_cli.write(deploy=self.CODE)
        said = run_cli.run("--dry", "@local", "deploy.py").stdout
        assert "changed: True\n" in said
        assert "what follows supposes that it goes as expected: First, deploy.py:2\n" in said
        assert "ops.touch: Second (will change)" in said
        assert not (run_cli.folder / "one").exists()

    def test_are_asked_about_twice(self, run_cli):
        run_cli.write(deploy=self.CODE)
        controller, terminal = pty.openpty()
        try:
            os.write(controller, b"y\nn\n")
            done = run_cli.run("@local", "deploy.py", stdin=terminal)
        finally:
            os.close(controller)
            os.close(terminal)
        assert done.returncode == 2
        assert "more follows when it has run: First, deploy.py:2\n" in done.stdout
        assert (run_cli.folder / "one").exists()
        assert not (run_cli.folder / "two").exists()
