"""Comparing what came out with what a case says."""

from __future__ import annotations

import difflib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyinfra_testkit.cases._files import CaseError, CaseFailedError
from pyinfra_testkit.cases._values import to_data
from pyinfra_testkit.fakes import FactNotGivenError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyinfra_testkit.cases._files import Case

FROZEN_TIME = "2025-01-01"
_NAMED_STAMP, _FROZEN_STAMP = "a-timestamp", "2501010000"
"""How cases may write the suffix of a backup's name, and what it is at that time."""


def check(case: Case, key: str, got: Any) -> None:
    """Check a value against a key of a case.

    Args:
        case: The case.
        key: The key that holds what is expected.
        got: What came of the code under test.

    Raises:
        CaseFailedError: They differ; the message shows how.
    """
    __tracebackhide__ = True
    try:
        actual = to_data(got)
    except TypeError as error:
        raise case.fail(str(error)) from error
    expected = _with_frozen_stamp(to_data(case.data[key]))
    # `==` alone takes True for 1.
    if _pretty(actual) != _pretty(expected):
        raise case.fail(f"{key} differs:\n{_difference(expected, actual)}")


@contextmanager
def case_conditions(case: Case) -> Iterator[None]:
    """Stop the clock at 2025-01-01, and name the case in whatever error leaves the `with`.

    Args:
        case: The case that runs.

    Yields:
        Nothing.
    """
    from freezegun import freeze_time

    try:
        with freeze_time(FROZEN_TIME):
            yield
    except FactNotGivenError as error:
        raise case.fail(str(error)) from error
    except (CaseError, CaseFailedError):
        raise
    except Exception as error:
        # Python 3.10 has no notes; there the test's id alone names the case.
        if hasattr(error, "add_note"):
            error.add_note(f"in the case {case.path}")
        raise


def _with_frozen_stamp(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(_NAMED_STAMP, _FROZEN_STAMP)
    if isinstance(value, list):
        return [_with_frozen_stamp(each) for each in value]
    if isinstance(value, dict):
        return {key: _with_frozen_stamp(each) for key, each in value.items()}
    return value


def _difference(expected: Any, actual: Any) -> str:
    lines = difflib.unified_diff(
        _pretty(expected).splitlines(), _pretty(actual).splitlines(), "case", "got", lineterm="", n=100
    )
    return "\n".join(lines)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
