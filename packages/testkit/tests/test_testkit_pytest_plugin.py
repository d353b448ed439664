"""The pytest plugin: when real hosts are skipped, when not, and what it costs where they are not used."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from pyinfra.api import Config

pytest_plugins = ["pytester"]

USES_A_HOST = "def test_it(ssh_host):\n    pass\n"
NOTHING_HERE = """
import pyinfra_testkit.hosts._lab as lab
lab.missing_requirements = lambda: ["root (namespaces and mounts need it)", "the tools of debootstrap"]
"""


@pytest.fixture
def machine_without(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(NOTHING_HERE)
    pytester.makepyfile(USES_A_HOST)
    return pytester


def test_where_hosts_cannot_be_made_tests_are_skipped_with_the_reason(
    machine_without: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYINFRA_REQUIRE_REAL_HOSTS", raising=False)
    result = machine_without.runpytest_subprocess("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*real hosts need root*, the tools of debootstrap*"])


def test_where_hosts_are_required_it_is_an_error(
    machine_without: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYINFRA_REQUIRE_REAL_HOSTS", "1")
    result = machine_without.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*real hosts need root*PYINFRA_REQUIRE_REAL_HOSTS=1 forbids to skip*"])


def test_tests_that_use_hosts_are_marked(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USES_A_HOST + "def test_other():\n    pass\n")
    result = pytester.runpytest_subprocess("--strict-markers", "-m", "not real_hosts")
    result.assert_outcomes(passed=1, deselected=1)


def test_loading_the_plugin_imports_nothing_else_of_ours() -> None:
    script = (
        "import sys, pyinfra_testkit.pytest_plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith('pyinfra')))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert loaded == "['pyinfra_testkit', 'pyinfra_testkit.pytest_plugin']\n"


NOTES_A_CASE = """
from pyinfra_testkit.tested import note_case, note_injection

def test_it():
    note_case("server.shell")
    note_case("server.shell")
    note_injection("files.put", {"shell": ["src", "dest"]})
"""


def test_what_was_tested_is_written_where_it_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(NOTES_A_CASE)
    pytester.runpytest_subprocess("--pyinfra-tested=tested.json").assert_outcomes(passed=1)
    written = json.loads((pytester.path / "tested.json").read_text())
    assert written["server.shell"]["cases"] == 2
    assert written["files.put"] == {
        "cases": 0,
        "applied": False,
        "again": False,
        "previewed": False,
        "injection": {"shell": ["dest", "src"]},
    }


def test_nothing_is_noted_where_it_is_not_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(NOTES_A_CASE)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert not list(pytester.path.glob("*.json"))


USES_BATCHES = """
import subprocess, sys
import pytest
from pyinfra.api import Config

def test_here():
    assert Config().BATCH is {batch}
    assert Config(BATCH=True).BATCH

def test_in_a_process_of_its_own(tmp_path):
    (tmp_path / "deploy.py").write_text("from pyinfra import config\\nprint('batches:', config.BATCH)\\n")
    command = [sys.executable, "-m", "pyinfra_cli", "--yes", "@local", "deploy.py"]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "batches: {batch}\\n" in done.stdout, done.stdout + done.stderr

@pytest.mark.batches
def test_of_batches():
    pass
"""


@pytest.mark.parametrize(
    ("options", "batch", "outcomes"),
    [([], True, {"passed": 3}), (["--pyinfra-no-batch"], False, {"passed": 2, "skipped": 1})],
)
def test_runs_without_batches(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    batch: bool,
    outcomes: dict[str, int],
) -> None:
    monkeypatch.delenv("PYINFRA_NO_BATCH", raising=False)
    pytester.makepyfile(USES_BATCHES.format(batch=batch))
    pytester.runpytest_subprocess("--strict-markers", *options).assert_outcomes(**outcomes)


def test_what_the_option_sets_ends_with_its_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    before = Config().BATCH, os.environ.get("PYINFRA_NO_BATCH")
    pytester.runpytest_inprocess("--pyinfra-no-batch").assert_outcomes(passed=1)
    assert (Config().BATCH, os.environ.get("PYINFRA_NO_BATCH")) == before
