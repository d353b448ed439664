"""The example of each hook on its page, installed as a plugin beside our wheels, does what `hooks.yaml` says.

And a plugin whose hooks all raise is told of by name, and takes nothing away from the run.
"""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyinfra.plugins.spec import Hooks
from pyinfra_docs._core import core_pages

HERE = Path(__file__).parent
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "hooks.yaml").read_text())
PAGE = core_pages(HERE.parents[1])["reference/hooks.md"]
EXAMPLE = re.compile(
    r"^## (pyinfra_\w+)$(?:(?!^## ).)*?\*\*Example:\*\*\n\n```python\n(.*?)```", re.DOTALL | re.MULTILINE
)
EXAMPLES = dict(EXAMPLE.findall(PAGE))
OBSERVERS = {
    name for name, hook in vars(Hooks).items() if getattr(hook, "__annotations__", {}).get("return") == "None"
}

# One host that goes well, one that fails, and one that is not there: the name is no host's by RFC 6761.
INVENTORY = """
web = [
    "@fake/web-1",
    ("@fake/web-2", {"fake_responses": {"check it": {"stderr": "no", "exit_code": 1}}}),
    "gone.invalid",
]
"""
DEPLOY = """
from pyinfra import host
from pyinfra.facts.files import FileContents
from pyinfra.operations import server

print("the password is", host.data.get("ssh_password"))
host.get_fact(FileContents, path="/etc/motd")
server.shell(name="Check the site", commands="check it", _retries=1, _retry_delay=0)
"""
DEPLOYING = "--yes --report counts=counts.json inventory.py deploy.py"

FAILING = "acme_fails"
FAILS = """
import os
from pyinfra.plugins.spec import hookimpl

def fail():
    if os.environ.get("ACME_FAILS"):
        raise ValueError("no eyes")
    return ()
"""
ONE = """
@hookimpl
def {name}():
    return fail()
"""

Run = Callable[..., Any]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(environment: Any, write_wheel: Callable[..., Path], tmp_path_factory: Any) -> Any:
    """Our wheels, and a distribution that has every example in a module of its own, and hooks that can fail."""
    code = {f"acme_{name}.py": code for name, code in EXAMPLES.items()}
    code[f"{FAILING}.py"] = FAILS + "".join(ONE.format(name=name) for name in EXAMPLES)
    points = [f"{name} = acme_{name}" for name in EXAMPLES]
    wheel = write_wheel("acme-infra", "1.0", code, {"plugins": [*points, f"failing = {FAILING}"]})
    environment.install("pyinfra==3.11.0", wheel, cwd=tmp_path_factory.mktemp("install"))
    return environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pyinfra is run."""
    folder = tmp_path_factory.mktemp("hooks")
    (folder / "inventory.py").write_text(INVENTORY)
    (folder / "deploy.py").write_text(DEPLOY)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "ssh_password").write_text("correct horse\n")
    return folder


@pytest.fixture(scope="module")
def run(installed: Any, folder: Path) -> Run:
    told: dict[tuple[str, bool], Any] = {}

    def run(words: str, failing: bool = False) -> Any:
        if (words, failing) not in told:
            where = copy.copy(installed)
            where.variables = {**installed.variables, "XDG_CACHE_HOME": str(folder / "cache")}
            if failing:
                where.variables["ACME_FAILS"] = "1"
            told[words, failing] = where.run("pyinfra", *shlex.split(words), cwd=folder)
        return told[words, failing]

    return run


def test_each_hook_has_an_example():
    hooks = {name for name in vars(Hooks) if name.startswith("pyinfra_")}
    assert set(EXAMPLES) == hooks
    assert set(EXPECTED) == hooks


@pytest.mark.parametrize("hook", EXPECTED)
def test_an_example_does_what_it_says(hook: str, folder: Path, run: Run):
    assert f"def {hook}(" in EXAMPLES[hook]
    expected = EXPECTED[hook]
    done = run(expected.get("words", DEPLOYING))
    assert "plugin " not in done.stderr
    assert expected.get("says", "") in done.stdout
    for name, text in expected.get("writes", {}).items():
        assert (folder / name).read_text().strip() == text


@pytest.mark.parametrize("hook", EXPECTED)
def test_one_that_fails_is_named_and_the_run_goes_on(hook: str, run: Run):
    words = EXPECTED[hook].get("words", DEPLOYING)
    sound, failing = run(words), run(words, failing=True)
    name = hook if hook not in OBSERVERS else f"its observer of {hook.removeprefix('pyinfra_')}"
    assert f"plugin failing: {name} failed: ValueError: no eyes" in failing.stderr
    assert "Traceback" not in failing.stderr
    assert failing.returncode == sound.returncode
    # Hosts are connected to at once, and answer in any order.
    assert sorted(failing.stdout.splitlines()) == sorted(sound.stdout.splitlines())


def test_a_run_that_goes_well_is_no_failure(run: Run):
    done = run("--yes @fake/web-1 deploy.py", failing=True)
    assert done.returncode == 0
    assert "Changes: 1" in done.stdout
    assert "plugin failing: its observer of run_end failed: ValueError: no eyes" in done.stderr
