"""Cases as data."""

from pathlib import Path

from pyinfra_testkit.cases import fact_tests, operation_tests

CASES = Path(__file__).parent / "cases"

test_facts = fact_tests(CASES / "facts")
test_operations = operation_tests(CASES / "operations")
