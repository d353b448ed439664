"""Making pytest tests of a folder of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyinfra_testkit.cases._facts import run_fact_case
from pyinfra_testkit.cases._files import find_cases
from pyinfra_testkit.cases._operations import run_operation_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def fact_tests(folder: Path, package: str = "pyinfra.facts") -> Callable[[Path], None]:
    """Make one test of each fact case in a folder.

    Args:
        folder: A folder with a folder for each fact, named `module.Fact`, that holds its case files.
        package: The package that the facts' modules are in.

    Returns:
        A test function, parametrised by the case files; give it a name that begins with `test_`.

    Raises:
        CaseError: There are no cases, or there is something else.
    """

    @_parametrised(folder)
    def test(case_path: Path) -> None:
        __tracebackhide__ = True
        run_fact_case(case_path, package)

    return test


def operation_tests(folder: Path, package: str = "pyinfra.operations") -> Callable[[Path], None]:
    """Make one test of each operation case in a folder.

    Args:
        folder: A folder with a folder for each operation, named `module.operation`, that holds its case
            files.
        package: The package that the operations' modules are in.

    Returns:
        A test function, parametrised by the case files; give it a name that begins with `test_`.

    Raises:
        CaseError: There are no cases, or there is something else.
    """

    @_parametrised(folder)
    def test(case_path: Path) -> None:
        __tracebackhide__ = True
        run_operation_case(case_path, package)

    return test


def _parametrised(folder: Path) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "case_path", [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in find_cases(folder)]
    )
