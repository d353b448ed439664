"""Facts and operations tested by data files.

    test_facts = fact_tests(Path(__file__).parent / "cases/facts")
    test_operations = operation_tests(Path(__file__).parent / "cases/operations")

README.md describes the files.
"""

from __future__ import annotations

from pyinfra_testkit.cases._commands import command_data
from pyinfra_testkit.cases._facts import run_fact_case
from pyinfra_testkit.cases._files import CaseError, CaseFailedError
from pyinfra_testkit.cases._operations import run_operation_case
from pyinfra_testkit.cases._tests import fact_tests, operation_tests

__all__ = [
    "CaseError",
    "CaseFailedError",
    "command_data",
    "fact_tests",
    "operation_tests",
    "run_fact_case",
    "run_operation_case",
]
