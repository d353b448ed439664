"""A start takes as long with sixty packages of plugins installed as with none."""

from __future__ import annotations

import pytest

from .conftest import start

PACKAGES = 60
# Seconds of computing, which another's load adds little to; what a start takes is the least of several.
ALLOWED = 0.020
FEWEST, MOST = 6, 30
README = "A line about what it does, as there are hundreds in a README.\n" * 200
ABOUT = f"Keywords: system,storage\nRequires-Dist: pyinfra-core>=3,<4\n\n{README}"
CODE = "raise SystemExit('nobody asked for it')\n"


def points(module: str) -> dict[str, list[str]]:
    return {
        "operations": [f"{module} = {module}"],
        "facts": [f"{module} = {module}"],
        "connectors": [f"{module} = {module}:Rack"],
    }


@pytest.fixture
def among(make_venv, write_wheel):
    names = [f"acme_ops_{number}" for number in range(PACKAGES)]
    wheels = (
        write_wheel(name.replace("_", "-"), "1.0", {f"{name}/__init__.py": CODE}, points(name), ABOUT)
        for name in names
    )
    return make_venv("pyinfra-cli", *wheels)


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
