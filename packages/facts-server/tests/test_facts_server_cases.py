"""What the facts ask and make of the answers, as data."""

from __future__ import annotations

from pathlib import Path

from pyinfra_testkit.cases import fact_tests

test_facts = fact_tests(Path(__file__).parent / "cases" / "facts")
