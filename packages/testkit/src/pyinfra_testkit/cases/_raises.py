"""Cases that expect an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyinfra_testkit.cases._files import CaseError, CaseFailedError
from pyinfra_testkit.fakes import FactNotGivenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyinfra_testkit.cases._files import Case


def check_raises(case: Case, run: Callable[[], Any]) -> None:
    """Check that code raises what its case's `exception` says.

    Args:
        case: A case with `exception`: a mapping with `name` (or `names`, any of them) and `message`.
        run: The code.

    Raises:
        CaseError: The case's `exception` is not such a mapping.
        CaseFailedError: Nothing was raised, or something else.
    """
    __tracebackhide__ = True
    expected = case.data["exception"]
    if not isinstance(expected, dict) or not {"name", "names"} & expected.keys():
        raise CaseError(f"{case.path}: exception has a name (or names) and a message")
    names = expected.get("names") or [expected["name"]]
    try:
        got = run()
    except (CaseError, CaseFailedError, FactNotGivenError):
        raise
    except Exception as error:
        if type(error).__name__ not in names:
            raise
        # str() of a KeyError is its argument's repr.
        message = error.args[0] if error.args else ""
        if "message" in expected and message != expected["message"]:
            raise case.fail(
                f"{type(error).__name__} says {message!r}, not {expected['message']!r}"
            ) from error
        return
    raise case.fail(f"no {' or '.join(names)} was raised; it gave {got!r}")
