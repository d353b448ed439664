"""Cases as data."""

from pathlib import Path

from pyinfra_testkit.cases import operation_tests

CASES = Path(__file__).parent / "cases"

test_operations = operation_tests(CASES / "operations")
