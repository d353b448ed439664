"""What can't be done is refused, or fails with one error, changes nothing, and keeps nothing else from running.

test_refusals = refusal_tests(nginx, [("site", {"name": ""}, "name must be the name of a site")])
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import unified_diff
from itertools import islice
from pprint import pformat
from typing import TYPE_CHECKING, Any

import pytest
from pyinfra.api import OperationError, StringCommand, operation

from pyinfra_testkit.deploys import run_deploy
from pyinfra_testkit.fakes import on_fake_host

if TYPE_CHECKING:
    from types import ModuleType

    from .hosts import RealHost

__all__ = ["assert_each_fails", "assert_fails", "refusal_tests"]

_NEXT = "what follows"
# Of a comparison, so many lines are told.
_SHOWN = 40


@operation()
def _follow() -> Generator[StringCommand, None, None]:
    """Do nothing, on every run."""
    yield StringCommand("true")


def refusal_tests(
    module: ModuleType,
    refusals: Sequence[tuple[str, Mapping[str, object], str]],
    facts: Mapping[str, Any] | None = None,
) -> Callable[[str, Mapping[str, object], str], None]:
    """Make one test of each call that an operation must refuse before anything is run.

    Args:
        module: the module that the operations are in, such as `pyinfra.operations.files`.
        refusals: for each call the operation's name, its arguments by name, and what the error must say.
        facts: the host's facts, as `FakeHost` takes them; none, so that nothing may be asked before.

    Returns:
        A test function, parametrised by the calls; give it a name that begins with `test_`.
    """

    @_parametrised(refusals)
    def test(name: str, arguments: Mapping[str, object], says: str) -> None:
        __tracebackhide__ = True
        with on_fake_host(facts), pytest.raises(OperationError) as raised:
            list(getattr(module, name)._inner(**arguments))
        if says not in str(raised.value):
            raise AssertionError(
                f"{name} refuses {arguments} with {raised.value}, which does not say {says!r}"
            )

    return test


def assert_fails(
    hosts: RealHost | Mapping[str, Any] | list[RealHost] | str,
    code: Callable[[], Any],
    says: str,
    unchanged: Callable[[], object] | None = None,
    **settings: Any,
) -> str:
    """Run deploy code of which something must fail, with one error and without a traceback.

    Args:
        hosts: as for `run_deploy`.
        code: calls the operation that fails.
        says: what the error, or what is logged of it, must say.
        unchanged: gives what the code must leave as it is, such as what a host's files hold; compared by `==`.
        **settings: further arguments of `run_deploy`, such as `SUDO=True`.

    Returns:
        What was told.

    Raises:
        AssertionError: nothing failed, the error says something else, there is a traceback, or something has changed.
    """
    before = unchanged() if unchanged else None
    with _logged() as lines:
        try:
            failed = run_deploy(hosts, code, **settings).failed
        except OperationError as error:
            failed = {"the deploy": str(error)}
    told = "\n".join([*failed.values(), *lines])
    assert failed, "nothing failed"
    assert says in told, f"what was told does not say {says!r}: {told}"
    assert "Traceback" not in told, f"there is a traceback: {told}"
    _compare(before, unchanged)
    return told


def assert_each_fails(
    hosts: RealHost | Mapping[str, Any] | list[RealHost] | str,
    operations: Mapping[str, Callable[..., Any]],
    unchanged: Callable[[], object] | None = None,
    **settings: Any,
) -> dict[str, str]:
    """Run operations in one deploy that must all fail, each by itself, and must not keep what follows from running.

    They must fail as they are run: an error in prepare ends the deploy there, and is one for `assert_fails`.

    Args:
        hosts: as for `run_deploy`.
        operations: by name what calls each operation with global arguments that it is given: often
            `functools.partial` of the operation and its arguments.
        unchanged: as for `assert_fails`.
        **settings: further arguments of `run_deploy`, such as `SUDO=True`.

    Returns:
        Why each failed, by name.

    Raises:
        AssertionError: one did not fail, what follows was not run, or something has changed.
    """

    def code() -> None:
        for name, call in operations.items():
            call(name=name, _ignore_errors=True)
        _follow(name=_NEXT)

    before = unchanged() if unchanged else None
    result = run_deploy(hosts, code, **settings)
    passed = [name for name in operations if name not in result.failed]
    assert not passed, f"these did not fail: {passed}; these did: {result.failed}"
    assert set(result.failed) == set(operations), f"other things failed, too: {result.failed}"
    assert result.changed == [_NEXT], f"what changed is not {_NEXT} alone: {result.changed}"
    _compare(before, unchanged)
    return result.failed


def _parametrised(refusals: Sequence[tuple[str, Mapping[str, object], str]]) -> pytest.MarkDecorator:
    ids = [f"{name}-{number}" for number, (name, *_) in enumerate(refusals)]
    return pytest.mark.parametrize(("name", "arguments", "says"), refusals, ids=ids)


def _compare(before: object, unchanged: Callable[[], object] | None) -> None:
    after = unchanged() if unchanged else None
    if after != before:
        old, new = (pformat(one, width=120).splitlines() for one in (before, after))
        lines = unified_diff(old, new, n=0, lineterm="")
        raise AssertionError("\n".join(["something has changed:", *islice(lines, 2, _SHOWN)]))


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Collect what pyinfra logs, of warnings and above."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Collecting(logging.WARNING)
    logger = logging.getLogger("pyinfra")
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
