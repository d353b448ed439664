"""`pyinfra plugins new`: which names it takes, and that it writes all or nothing."""

from __future__ import annotations

import compileall
import os
import sys
from pathlib import Path

import pytest
from cli_kit import Cli
from cli_plugins import install

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KINDS = {"operation": "ops", "fact": "facts", "connector": "connector", "hooks": "hooks"}


@pytest.fixture
def run_cli(tmp_path: Path) -> Cli:
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(folder)


def refused(run_cli: Cli, *arguments: str) -> str:
    before = sorted(run_cli.folder.rglob("*"))
    done = run_cli.run("plugins", "new", *arguments)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    assert sorted(run_cli.folder.rglob("*")) == before
    return done.stderr


class TestNames:
    @pytest.mark.parametrize("name", ["rack", "ops-rack", "pyinfra-ops-rack"])
    def test_of_the_subject_or_of_the_package(self, run_cli, name):
        assert run_cli.run("plugins", "new", name).returncode == 0
        assert os.listdir(run_cli.folder) == ["pyinfra-ops-rack"]

    @pytest.mark.parametrize(("kind", "prefix"), KINDS.items())
    def test_say_the_kind(self, run_cli, kind, prefix):
        assert run_cli.run("plugins", "new", f"{prefix}-rack").returncode == 0
        assert run_cli.run("plugins", "new", "shelf", "--kind", kind).returncode == 0
        assert sorted(os.listdir(run_cli.folder)) == [f"pyinfra-{prefix}-rack", f"pyinfra-{prefix}-shelf"]

    def test_say_another_kind(self, run_cli):
        told = refused(run_cli, "connector-rack", "--kind", "fact")
        assert "connector-rack is the name of a package of kind connector, and --kind says fact" in told

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("My Rack", "my-rack"),
            ("my_rack", "my-rack"),
            ("rack-", "rack"),
            ("ops-Rack", "rack"),
            ("2rack", "rack"),
        ],
    )
    def test_that_are_no_slugs(self, run_cli, name, near):
        told = refused(run_cli, name)
        assert f"{name!r} is no name: write small letters, digits and single dashes, such as {near}" in told

    @pytest.mark.parametrize("name", ["", "ops-", "../rack", "räck", "a--b", "--", "ra\nck"])
    def test_that_are_no_slugs_at_all(self, run_cli, name):
        assert "is no name: write small letters" in refused(run_cli, "--", name)

    def test_that_are_keywords(self, run_cli):
        assert "class can't be imported" in refused(run_cli, "class")

    @pytest.mark.parametrize(
        ("arguments", "owner"),
        [
            (["apt"], "pyinfra-ops-apt has operations of that name"),
            (["deb", "--kind", "fact"], "pyinfra-ops-apt has facts of that name"),
            (["python"], "pyinfra-core has operations"),
            (["util"], "pyinfra-core has operations"),
            (["connector-ssh"], "pyinfra-connector-ssh has connectors"),
        ],
    )
    def test_that_are_ours(self, run_cli, arguments, owner):
        told = refused(run_cli, *arguments)
        assert "is taken" in told
        assert owner in told

    def test_that_somebody_has(self, run_cli, tmp_path, monkeypatch):
        install(tmp_path / "site")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
        assert "the name nginx is taken: acme-infra has operations of that name" in refused(run_cli, "nginx")
        assert run_cli.run("plugins", "new", "hooks-nginx").returncode == 0


class TestFolders:
    def test_are_made(self, run_cli):
        run_cli.run("plugins", "new", "rack", "--folder", "here")
        assert (run_cli.folder / "here/src/pyinfra_ops_rack/py.typed").is_file()
        assert os.listdir(run_cli.folder) == ["here"]

    def test_may_be_there_and_empty(self, run_cli):
        (run_cli.folder / "here").mkdir()
        assert run_cli.run("plugins", "new", "rack", "--folder", "here").returncode == 0
        assert (run_cli.folder / "here/pyproject.toml").is_file()

    @pytest.mark.parametrize("there", ["folder", "file", "link"])
    def test_are_not_written_over(self, run_cli, there):
        path = run_cli.folder / "pyinfra-ops-rack"
        if there == "folder":
            path.mkdir()
            (path / "mine").write_text("mine")
        elif there == "file":
            path.write_text("mine")
        else:
            path.symlink_to("nowhere")
        assert "pyinfra-ops-rack is in the way: name another folder with --folder" in refused(run_cli, "rack")

    def test_are_made_in_one_that_is_there(self, run_cli):
        assert "there is no folder" in refused(run_cli, "rack", "--folder", "no/such/place")

    def test_that_can_not_be_written(self, run_cli):
        told = refused(run_cli, "rack", "--folder", "/proc/rack")
        assert "could not write /proc/rack" in told


@pytest.mark.parametrize("prefix", KINDS.values())
def test_what_is_written(run_cli, prefix):
    done = run_cli.run("plugins", "new", f"{prefix}-ice-rack")
    folder = run_cli.folder / f"pyinfra-{prefix}-ice-rack"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert [line for line in done.stdout.splitlines() if line.startswith(folder.name)] == [
        str(path.relative_to(run_cli.folder)) for path in files
    ]
    assert [path for path in files if "$" in path.name or "${" in path.read_text()] == []
    about = tomllib.loads((folder / "pyproject.toml").read_text())
    assert about["project"]["name"] == folder.name
    assert about["project"]["keywords"] == ["ice-rack"]
    assert about["project"]["dependencies"] == ["pyinfra-core>=3.11,<4"]
    assert "pyinfra-testkit>=3.11,<4" in about["project"]["optional-dependencies"]["test"]
    assert {name for group in about["project"]["entry-points"].values() for name in group} == {"ice_rack"}
    assert compileall.compile_dir(folder, quiet=1)
