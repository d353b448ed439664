"""Bad input: one clear error with its place, an exit code, and nothing begun."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import OPERATIONS, Cli


@pytest.fixture
def run_cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


class TestInventory:
    @pytest.mark.parametrize(
        ("written", "text", "message"),
        [
            ("none.py", "", "inventory none.py: no such file"),
            ("inv.py", "hosts = [\n", "inv.py:1: "),
            ("inv.py", "x = 1\nhosts = [undefined]\n", "inv.py:2: NameError"),
            (
                "inv.py",
                "web = [('a', {'x': 1}), ('a', {'x': 2})]\n",
                "inventory inv.py: a stands in group web twice, with different data",
            ),
            ("inv.py", "web = ['@nowhere/a']\n", "inventory inv.py: the connector @nowhere is not installed"),
            ("inv.py", "web = ['@loca']\n", "did you mean local?"),
            ("inv.py", "web = [('a', {'x': object()})]\n", "data 'x' can't be a object"),
            (
                "inv.py",
                "web = [3]\n",
                "inventory inv.py: a host must be a name or a (name, data) tuple, not 3",
            ),
            ("inv.py", "web = ([], 3)\n", "the data of group web must be a dict, not int"),
            ("inv.py", "web = []\n", "has no hosts"),
            ("inv.py", "web = (1 / 0 for _ in 'x')\n", "inv.py:1: ZeroDivisionError"),
            ("inv:nothing", "", "inventory inv:nothing: the module has no such function"),
            (
                "inv:give",
                "def give():\n    return {'web': 3}\n",
                "group web is a int: it must be a list of hosts",
            ),
            ("inv:give", "def give():\n    return 3\n", "inventory inv:give gave a int"),
            ("inv:give", "def give():\n    return {}['x']\n", "inv.py:2: KeyError: 'x'"),
            ("inv:give", "import nothing_there\n", "inv.py:1: ModuleNotFoundError"),
            ("none:give", "", "there is no module none, and no plugin has a source of that name"),
        ],
    )
    def test_that_is_none(self, run_cli, written, text, message):
        run_cli.write(inv=text)
        done = run_cli.run(written, "exec", "--", "true")
        assert message in done.stderr
        assert done.returncode == 2
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("option", ["--limit", "--exclude"])
    def test_a_limit_that_matches_nothing(self, run_cli, option):
        done = run_cli.run("@local", option, "web-*", "exec", "--", "true")
        assert f"{option} web-* matches no host and no group" in done.stderr
        assert done.returncode == 2

    def test_group_data_of_a_wrong_type(self, run_cli):
        run_cli.write(inv="web = ['@local']\n", group_data__web="import os\nx = object()\n")
        done = run_cli.run("inv.py", "debug-inventory")
        assert "web.py: data 'x' can't be a object" in done.stderr

    def test_connector_data_of_a_wrong_type(self, run_cli):
        done = run_cli.run("host.example", "--data", "ssh_port=ssh", "exec", "--", "true")
        assert "ssh_port must be int, not str" in done.stderr
        assert done.returncode == 1


class TestDeploy:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("x = (\n", "deploy.py:1: "),
            ("from ops import touch\n\ndef f():\n    return 1 / 0\nf()\n", "deploy.py:4: ZeroDivisionError"),
            ("from ops import touch\ntouch(pth='/x')\n", "deploy.py:2: ops.touch: "),
            (
                "from ops import touch\ntouch('/x', _sduo=True)\n",
                "unknown global argument _sduo; did you mean _sudo?",
            ),
            ("from ops import touch\ntouch('/x', _if=True)\n", "deploy.py:2: _if must be a function"),
            ("from ops import level\nlevel('middling')\n", "deploy.py:2: level must be low or high"),
            ("from pyinfra.operations import zfss\n", "pyinfra.operations.zfss is not installed"),
            ("import nothing_of_that_name\n", "deploy.py:1: ModuleNotFoundError"),
            (
                "from pyinfra import host\nhost.get_fact('server.Oss')\n",
                "pyinfra.facts.server has no fact 'Oss'",
            ),
        ],
    )
    @pytest.mark.parametrize("yes", [True, False])
    def test_that_is_none(self, run_cli, text, message, yes):
        run_cli.write(ops=OPERATIONS, deploy=text)
        done = run_cli.run(*(["--yes"] if yes else []), "@local", "deploy.py")
        assert message in done.stderr
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
        assert "_engine" not in done.stderr

    def test_missing_file(self, run_cli):
        done = run_cli.run("@local", "deploy.py")
        assert "deploy file deploy.py: no such file" in done.stderr
        assert done.returncode == 2

    def test_nothing_is_done_before_an_error(self, run_cli):
        run_cli.write(ops=OPERATIONS, deploy="from ops import *\ntouch('x')\nlevel('middling')\n")
        assert run_cli.run("--yes", "@local", "deploy.py").returncode == 1
        assert not (run_cli.folder / "x").exists()


class TestCommandLine:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "Missing argument 'INVENTORY'"),
            (["@local"], "Missing argument 'OPERATIONS...'"),
            (["@local", "--drry", "deploy.py"], "No such option"),
            (["@local", "python.cal"], "python has no operation 'cal'; did you mean python.call?"),
            (["@local", "pyhton.call"], "did you mean python?"),
            (["@local", "exec"], "exec needs a command"),
            (["@local", "exce", "x"], "did you mean exec?"),
            (["@local", "fact"], "fact needs the name of one"),
            (["@local", "--data", "x", "exec", "--", "true"], "--data x: write KEY=VALUE"),
            (["@local", "--chdir", "/nowhere", "exec", "--", "true"], "--chdir /nowhere: "),
            (["@local", "--config", "none.py", "exec", "--", "true"], "config file none.py: no such file"),
            (["@local", "--use-sudo-password", "exec", "--", "true"], "there is no terminal"),
        ],
    )
    def test_that_is_none(self, run_cli, arguments, message):
        done = run_cli.run(*arguments)
        assert message in done.stderr
        assert done.returncode == 2
        assert "Traceback" not in done.stderr

    def test_a_near_miss_names_the_operation(self, run_cli):
        done = run_cli.run("@local", "apt.packges", "vim")
        assert "did you mean apt.packages?" in done.stderr

    def test_a_module_that_is_not_installed_names_its_package(self, run_cli, tmp_path: Path):
        hidden = "import sys, pyinfra.plugins as r\nr.registry._plugins.pop(('operations', 'apt'), None)\n"
        script = hidden + "from pyinfra_cli.main import run\nsys.exit(run(['@local', 'apt.packages']))\n"
        blocked = (
            "import importlib.machinery as m\nreal = m.PathFinder.find_spec\n"
            "m.PathFinder.find_spec = classmethod("
            "lambda c, n, *a: None if n == 'pyinfra.operations.apt' else real(n, *a))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", blocked + script], capture_output=True, text=True, timeout=60, check=False
        )
        assert "pyinfra.operations.apt is not installed: pip install pyinfra-ops-apt" in done.stderr


class TestHosts:
    def test_a_host_that_cannot_be_reached_has_one_line(self, run_cli):
        done = run_cli.run("127.0.0.1", "--port", "1", "exec", "--", "true")
        lines = [line for line in done.stderr.splitlines() if "127.0.0.1" in line]
        assert len(lines) == 1
        assert "refused" in lines[0]
        assert done.returncode == 1

    def test_a_failure_shows_its_output_and_others_go_on(self, run_cli):
        run_cli.write(
            ops=OPERATIONS, deploy="from ops import *\nshell('echo the reason >&2; exit 3')\ntouch('x')\n"
        )
        done = run_cli.run("--yes", "@local", "deploy.py")
        assert done.returncode == 1
        assert "the reason" in done.stdout
        assert "exit code 3" in done.stdout
        assert not (run_cli.folder / "x").exists()
