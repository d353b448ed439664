"""What a start imports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CLI = "import sys; sys.argv[1:] = {arguments}; from pyinfra_cli.__main__ import main; main()"
STARTS = {
    "version": CLI.format(arguments=["--version"]),
    "exec": CLI.format(arguments=["@local", "exec", "--", "true"]),
    "api": "import pyinfra.api",
}
TELL = """
import atexit, json, sys
before = set(sys.modules)
atexit.register(lambda: print("\\n" + json.dumps(sorted(set(sys.modules) - before))))
"""


@pytest.fixture(scope="module", params=STARTS)
def start(request, tmp_path_factory) -> tuple[str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", TELL + STARTS[request.param]],
        cwd=tmp_path_factory.mktemp("start"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return request.param, set(json.loads(done.stdout.splitlines()[-1]))


def test_number_of_imported_modules(bounds, start):
    name, modules = start
    assert len(modules) <= bounds["modules"][name], sorted(modules)


def test_what_is_not_imported(bounds, start):
    name, modules = start
    assert not modules.intersection(bounds["not_imported"][name])
