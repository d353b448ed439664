"""What facts are called, and where they say they are from."""

from __future__ import annotations

import pytest
from pyinfra.api import FactBase, ShortFactBase


def fact_of(module, base):
    return type("Engines", (base,), {"__module__": module, "command": "true", "fact": FactBase})


@pytest.mark.parametrize("base", [FactBase, ShortFactBase])
@pytest.mark.parametrize(
    ("module", "name", "shown"),
    [
        ("pyinfra.facts.rail", "rail.Engines", "pyinfra.facts.rail"),
        ("pyinfra.facts.rail._engines", "rail.Engines", "pyinfra.facts.rail"),
        ("pyinfra.facts.rail._parsers._engines", "rail.Engines", "pyinfra.facts.rail"),
        ("acme.facts._engines", "facts.Engines", "acme.facts._engines"),
    ],
)
def test_no_private_module_shows(base, module, name, shown):
    """Those who run cases read a fact's name from its module, and would not find it in a private one."""
    fact = fact_of(module, base)
    assert fact.name == name
    assert fact.__module__ == shown
