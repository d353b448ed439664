"""What installed plugins cost a start that uses none of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from distributions import install

PACKAGES = 60
README = "A line about what it does, as there are hundreds in a README.\n" * 200
COUNT = """
import atexit, json, sys, threading
counts = {"files": 0, "calls": 0}
def audit(event, arguments):
    counts["files"] += event == "open"
def profile(frame, event, argument):
    counts["calls"] += event == "call"
def tell():
    sys.setprofile(None)
    print("\\n" + json.dumps({**counts, "modules": len(sys.modules)}))
atexit.register(tell)
sys.addaudithook(audit)
threading.setprofile(profile)
sys.setprofile(profile)
sys.argv[1:] = ["@local", "exec", "--", "true"]
from pyinfra_cli.__main__ import main
main()
"""


def start(packages: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=packages.parent,
        env={**os.environ, "PYTHONPATH": str(packages), "XDG_CACHE_HOME": str(packages / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def each(tmp_path_factory) -> dict[str, float]:
    """What each package adds to a start."""
    without, among = tmp_path_factory.mktemp("without"), tmp_path_factory.mktemp("among")
    for number in range(PACKAGES):
        name = f"acme_ops_{number}"
        module = among / name / "__init__.py"
        module.parent.mkdir()
        module.write_text("raise SystemExit('nobody asked for it')\n")
        points = {"operations": {name: name}, "facts": {name: name}, "connectors": {name: f"{name}:Rack"}}
        about = install(among, name, points, requires=["pyinfra-core>=3,<4"], keywords="system,storage")
        with (about / "METADATA").open("a") as file:
            file.write(f"\n{README}")
    # The first start of each writes what later ones read.
    before, after = [(start(folder), start(folder))[1] for folder in (without, among)]
    return {what: (after[what] - before[what]) / PACKAGES for what in before}


@pytest.mark.parametrize("what", ["calls", "files", "modules"])
def test_what_each_installed_package_adds_to_a_start(bounds, each, what):
    assert each[what] <= bounds["installed_package"][what]
    assert what == "modules" or each[what] > 0, "the packages were not seen"
