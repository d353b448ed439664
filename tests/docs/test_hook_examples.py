"""The example of each hook on its page, installed as a plugin, does what `hooks.yaml` says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
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

Run = Callable[[str], str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pyinfra is run, with a distribution below it that has every example in a module of its own."""
    folder = tmp_path_factory.mktemp("hooks")
    about = folder / "site" / "acme_infra-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-infra\nVersion: 1.0\n")
    points = "".join(f"{name} = acme_{name}\n" for name in EXAMPLES)
    (about / "entry_points.txt").write_text(f"[pyinfra.plugins]\n{points}")
    for name, code in EXAMPLES.items():
        (folder / "site" / f"acme_{name}.py").write_text(code)
    (folder / "inventory.py").write_text(INVENTORY)
    (folder / "deploy.py").write_text(DEPLOY)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "ssh_password").write_text("correct horse\n")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    told: dict[str, str] = {}

    def run(words: str) -> str:
        if words not in told:
            done = subprocess.run(
                [sys.executable, "-m", "pyinfra_cli", *shlex.split(words)],
                cwd=folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(folder / "site"),
                    "XDG_CACHE_HOME": str(folder / "cache"),
                },
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            # A hook that fails is reported, and changes nothing.
            assert "plugin acme" not in done.stderr
            assert "plugin pyinfra_" not in done.stderr, done.stderr
            told[words] = done.stdout
        return told[words]

    return run


def test_each_hook_has_an_example():
    hooks = {name for name in vars(Hooks) if name.startswith("pyinfra_")}
    assert set(EXAMPLES) == hooks
    assert set(EXPECTED) == hooks


@pytest.mark.parametrize("hook", EXPECTED)
def test_an_example_does_what_it_says(hook: str, folder: Path, run: Run):
    assert f"def {hook}(" in EXAMPLES[hook]
    expected = EXPECTED[hook]
    told = run(expected.get("words", DEPLOYING))
    assert expected.get("says", "") in told
    for name, text in expected.get("writes", {}).items():
        assert (folder / name).read_text().strip() == text
