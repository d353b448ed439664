"""A start takes as long with sixty packages of plugins installed as with none."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from .conftest import Venv, environment

PACKAGES = 60
# Seconds of computing, which another's load adds little to; what a start takes is the least of several.
ALLOWED = 0.020
FEWEST, MOST = 6, 30
METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: 1.0
Keywords: system,storage
Requires-Dist: pyinfra-core>=3,<4

"""
README = "A line about what it does, as there are hundreds in a README.\n" * 200
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
POINTS = """\
[pyinfra.operations]
{module} = {module}
[pyinfra.facts]
{module} = {module}
[pyinfra.connectors]
{module} = {module}:Rack
"""


def write_wheel(folder: Path, number: int) -> Path:
    module = f"acme_ops_{number}"
    name = module.replace("_", "-")
    files = {
        f"{module}/__init__.py": "raise SystemExit('nobody asked for it')\n",
        f"{module}-1.0.dist-info/METADATA": METADATA.format(name=name) + README,
        f"{module}-1.0.dist-info/WHEEL": WHEEL,
        f"{module}-1.0.dist-info/entry_points.txt": POINTS.format(module=module),
    }
    record = f"{module}-1.0.dist-info/RECORD"
    made = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in {**files, record: "".join(f"{path},,\n" for path in (*files, record))}.items():
            archive.writestr(path, text)
    return made


def start(venv: Venv) -> float:
    """Run what needs no plugin but core's; gives the seconds of computing it took."""
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    program = venv.path / "bin" / "pyinfra"
    variables = {**environment(), "XDG_CACHE_HOME": str(venv.path / "cache")}
    process = os.posix_spawn(
        program, [program, "@local", "exec", "--", "true"], variables, file_actions=quiet
    )
    _, status, used = os.wait4(process, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime


@pytest.fixture
def among(make_venv, tmp_path):
    return make_venv("pyinfra-cli", *(write_wheel(tmp_path, number) for number in range(PACKAGES)))


def test_sixty_packages_cost_a_start_nothing_to_speak_of(make_venv, among):
    without = make_venv("pyinfra-cli")
    assert among.pyinfra("plugins", "list", "--type", "operation").stdout.count("acme-ops-") == PACKAGES
    # The first start of each writes what later ones read.
    start(without), start(among)
    least = {"without": 1e9, "among": 1e9}
    for count in range(MOST):
        least["without"] = min(least["without"], start(without))
        least["among"] = min(least["among"], start(among))
        if count >= FEWEST and least["among"] - least["without"] <= ALLOWED:
            break
    assert least["among"] - least["without"] <= ALLOWED
