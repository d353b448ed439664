"""What loading the connector leaves out, and what of paramiko works all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

MATCH = """
import pyinfra.connectors.ssh, paramiko
config = paramiko.SSHConfig.from_text("Match exec true\\n  User someone\\n")
assert config.lookup("host")["user"] == "someone"
"""


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("before", ["", "import invoke", "import paramiko"])
def test_paramiko_reads_match_exec(before):
    run(f"{before}\n{MATCH}")


def test_what_a_run_needs_not_is_not_loaded():
    run("import sys, pyinfra.connectors.ssh; assert 'invoke.tasks' not in sys.modules")
