"""Plugins of others on the command line: listed, run by every name, and broken ones named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_kit import Cli
from cli_plugins import install, install_broken


@pytest.fixture
def run_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    site = tmp_path / "site"
    install(site)
    install_broken(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(folder)


def test_listed_by_tag_with_the_broken_one_named(run_cli):
    done = run_cli.run("plugins", "--tag", "web-server")
    rows = [line.split()[:4] for line in done.stdout.splitlines()]
    assert rows == [
        ["operation", "broken", "broken-infra", "1.2"],
        ["operation", "nginx", "acme-infra", "1.2"],
        ["fact", "nginx", "acme-infra", "1.2"],
        ["connector", "acme", "acme-infra", "1.2"],
        ["hook", "acme", "acme-infra", "1.2"],
    ]
    assert "RuntimeError: no such luck" in done.stderr
    assert done.returncode == 0


def test_listed_by_type_as_json(run_cli):
    told = json.loads(run_cli.run("plugins", "--type", "connector", "--json").stdout)
    acme = next(one for one in told if one["name"] == "acme")
    assert (acme["package"], acme["version"], acme["tags"]) == ("acme-infra", "1.2", ["web-server"])
    assert acme["problem"] is None
    assert {one["type"] for one in told} == {"connector"}


def test_an_unknown_type_is_a_usage_error(run_cli):
    done = run_cli.run("plugins", "--type", "toys")
    assert (done.returncode, "toys" in done.stderr) == (2, True)


@pytest.mark.parametrize("name", ["nginx.site", "acme_infra.operations.nginx.site"])
def test_an_operation_by_its_short_and_its_full_name(run_cli, name):
    done = run_cli.run("--yes", "-vvv", "@local", name, "12", "port=8080", 'tags=["a"]')
    assert done.returncode == 0, done.stderr
    assert "12:8080:['a']" in done.stdout
    assert "nginx.site: 12, port=8080, tags=['a'] (changed)" in done.stdout


@pytest.mark.parametrize("name", ["nginx.Sites", "acme_infra.facts.Sites", "Sites"])
def test_a_fact_by_its_names(run_cli, name):
    told = json.loads(run_cli.run("--json", "@local", "fact", name).stdout)
    assert [value["@local"] for value in told.values()] == [["one", "two"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nginx.sites"], "nginx has no operation 'sites'; did you mean nginx.site?"),
        (["fact", "nginx.Site"], "nginx has no fact 'Site'; did you mean nginx.Sites?"),
        (["fact", "nginx.FactBase2"], "nginx has no fact 'FactBase2'"),
        (
            ["broken.thing"],
            "operations 'broken' of broken-infra 1.2 can't be loaded: RuntimeError: no such luck",
        ),
        (["acme_infra.nowhere.thing"], "there is no module acme_infra.nowhere"),
        (["acme_infra.hooks.click"], "is no operation and no deploy: it is a module"),
    ],
)
def test_a_name_that_is_wrong(run_cli, words, message):
    done = run_cli.run("@local", *words)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2


def test_a_command_of_a_plugin_has_its_own_exit_code(run_cli):
    done = run_cli.run("acme", "hello")
    assert (done.returncode, done.stdout) == (3, "acme says hello\n")
    done = run_cli.run("acme")
    assert (done.returncode, "Missing argument 'WORD'" in done.stderr) == (2, True)


def test_an_inventory_source(run_cli):
    told = json.loads(run_cli.run("--json", "rack:north", "debug-inventory").stdout)
    assert [(host["name"], host["groups"], host["data"]["x"]) for host in told] == [("north-1", ["rack"], 1)]


def test_an_observer_sees_the_run(run_cli):
    assert "seen @local changed" in run_cli.run("@local", "exec", "--", "true").stdout


class TestHosts:
    DEPLOY = (
        "from pyinfra import host\nfrom acme_infra.operations.nginx import site\n"
        "from pyinfra.operations import python\n"
        "def note(word):\n    open('log', 'a').write(f'{host.name[6:]}-{word} ')\n"
        "python.call(note, 1)\npython.call(note, 2)\n"
    )

    @pytest.mark.parametrize(
        ("options", "log"),
        [
            (["--parallel", "1"], ["a-1 b-1 a-2 b-2 "]),
            (["--serial"], ["a-1 a-2 b-1 b-2 "]),
            (["--no-wait", "--parallel", "1"], ["a-1 a-2 b-1 b-2 "]),
        ],
    )
    def test_the_order_over_hosts(self, run_cli, options, log):
        run_cli.write(deploy=self.DEPLOY)
        done = run_cli.run("--yes", *options, "@acme/a,@acme/b", "deploy.py")
        assert done.returncode == 0, done.stderr
        assert (run_cli.folder / "log").read_text() in log
        assert "Hosts: 2\n" in done.stdout

    @pytest.mark.parametrize(("percent", "goes_on"), [("40", False), ("60", True)])
    def test_fail_percent(self, run_cli, percent, goes_on):
        run_cli.write(deploy=self.DEPLOY)
        done = run_cli.run("--yes", "--fail-percent", percent, "@acme/a,@acme/down", "deploy.py")
        assert done.returncode == 1
        assert (run_cli.folder / "log").exists() is goes_on
        assert "[@acme/down] could not connect: nobody answers\n" in done.stderr
        assert "    [@acme/down] could not connect: nobody answers\n" in done.stdout
        assert "Failed hosts: @acme/down\n" in done.stdout

    def test_a_command_that_fails_somewhere_leaves_the_others(self, run_cli):
        done = run_cli.run("@acme/a,@acme/down,@acme/c", "exec", "--", "echo here")
        assert done.returncode == 1
        assert "[@acme/a] here\n" in done.stdout
        assert "[@acme/c] here\n" in done.stdout
