"""A host that is lost in the middle of a run is reported as unknown, soon, and the others go on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

DEPLOY = """
from pyinfra import host
from pyinfra.operations import files, server

server.shell(name="Take long", commands="touch /tmp/begun; exec sleep 600" if host.name != "well" else "true")
files.file(name="Go on", path="/tmp/after")
"""


@pytest.mark.slow
def test_hosts_that_are_cut_off_and_that_freeze(tmp_path: Path, real_hosts):
    cut, frozen, well = real_hosts(3, reset=True)
    hosts = [
        ("cut", cut.ssh_data("deploy")),
        ("frozen", frozen.ssh_data("deploy")),
        ("well", well.ssh_data("deploy")),
    ]
    (tmp_path / "inventory.py").write_text(f"hosts = {hosts!r}\n")
    (tmp_path / "deploy.py").write_text(DEPLOY)
    process = subprocess.Popen(
        [sys.executable, "-m", "pyinfra_cli", "--yes", "inventory.py", "deploy.py"],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for host in (cut, frozen):
        host.exec("sh", "-c", "until [ -e /tmp/begun ]; do :; done")
    cut.cut()
    frozen.freeze()
    began = time.monotonic()
    try:
        said, _ = process.communicate(timeout=75)
    finally:
        process.kill()
        cut.heal()
        frozen.recover()
    assert time.monotonic() - began < 60
    assert process.returncode == 1, said
    for name in ("cut", "frozen"):
        assert f"[{name}] server.shell: Take long (unknown" in said
    assert "[well] files.file: Go on (changed)" in said
    assert "Failed hosts: cut, frozen" in said
    assert well.exec("test", "-e", "/tmp/after").returncode == 0
