"""What the operations do, as data."""

from __future__ import annotations

from pathlib import Path

from pyinfra_testkit.cases import operation_tests

test_operations = operation_tests(Path(__file__).parent / "cases" / "operations")
