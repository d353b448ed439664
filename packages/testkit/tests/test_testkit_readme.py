"""The examples of the README, as they stand; its first one is run beside our wheels, by the tests of packaging."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

BLOCKS = re.findall(
    r"^```python\n(.*?)^```$", (Path(__file__).parents[1] / "README.md").read_text(), re.DOTALL | re.MULTILINE
)
# What the examples are about, and what they leave to the reader.
FACTS = "from pyinfra.api import FactBase\nclass Sites(FactBase):\n    command = 'true'\n"
OPERATIONS = """
from pyinfra.api import operation
from pyinfra.context import host
from pyinfra.facts.nginx import Sites

@operation()
def site(name, enabled=True):
    assert host.get_fact(Sites) == {}
    host.noop(f"site {name} is not enabled")
    yield from ()
"""
CONNECTOR = """
from pyinfra.connectors.local import LocalConnector

class Rack(LocalConnector):
    @staticmethod
    def make_names_data(name=None):
        yield f"@rack/{name}", {}, []
"""
POINTS = """
[pyinfra.facts]
nginx = acme.facts.nginx
[pyinfra.operations]
nginx = acme.operations.nginx
[pyinfra.connectors]
rack = acme.rack:Rack
"""
GIVEN = """
from io import StringIO
from pyinfra.operations import files
from pyinfra_testkit.deploys import run_deploy

def deploy_to(name, data):
    assert name
    run_deploy(data, lambda: files.put(src=StringIO("hello\\n"), dest="/etc/motd", mode="644", _sudo=True))

def code():
    files.directory("/srv/folder")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples in it, each in a file of tests."""
    about = tmp_path / "acme-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    for name, code in (("facts/nginx", FACTS), ("operations/nginx", OPERATIONS), ("rack", CONNECTOR)):
        (tmp_path / "acme" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "acme" / f"{name}.py").write_text(code)
    for number, code in enumerate(BLOCKS[1:]):
        made = (
            code
            if "def test_" in code or "class Test" in code
            else f"def test_it():\n{textwrap.indent(code, '    ')}"
        )
        given = "" if "import" in code else GIVEN
        (tmp_path / f"test_example_{number}.py").write_text(given + made)
    return tmp_path


@pytest.mark.real_hosts
@pytest.mark.usefixtures("real_hosts")
def test_the_examples_pass(folder: Path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            "--rootdir",
            str(folder),
            str(folder),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert len(list(folder.glob("test_example_*"))) == len(BLOCKS) - 1
