"""Where deploy code calls from: what counts as guarded by a `try` or `with` of the user's."""

from __future__ import annotations

import contextlib
import sys

import pytest
from pyinfra._engine.callsite import _guarded_by_source, call_site, is_guarded


def guarded() -> bool:
    return is_guarded(sys._getframe(1))


def plain():
    return guarded()


def in_try():
    try:
        return guarded()
    except ValueError:
        return None


def in_except():
    try:
        raise ValueError  # noqa: TRY301 - the handler is what is tested
    except ValueError:
        return guarded()


def in_finally():
    try:
        pass
    finally:
        result = guarded()
    return result


def in_try_finally():
    try:
        result = guarded()
    finally:
        pass
    return result


def in_with():
    with contextlib.nullcontext():
        return guarded()


def after_with():
    with contextlib.nullcontext():
        pass
    return guarded()


def in_loop_in_try():
    results = []
    try:
        for _ in range(1):
            results.append(guarded())  # noqa: PERF401 - the loop is what is tested
    except ValueError:
        pass
    return results[0]


def in_comprehension():
    return [guarded() for _ in range(1)][0]  # noqa: RUF015 - the comprehension is what is tested


def in_generator():
    def steps():
        yield guarded()

    return next(steps())


def in_a_function_of_its_own_inside_try():
    try:

        def inner():
            return guarded()
    except ValueError:
        pass
    return inner()


CASES = [
    (plain, False),
    (in_try, True),
    (in_except, False),
    (in_finally, False),
    (in_try_finally, True),
    (in_with, True),
    (after_with, False),
    (in_loop_in_try, True),
    (in_comprehension, False),
    (in_generator, False),
]


@pytest.mark.parametrize(("code", "expected"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_guarded(code, expected):
    assert code() is expected


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the source alone can't tell")
def test_a_function_of_its_own_is_not_guarded_by_what_surrounds_its_definition():
    assert in_a_function_of_its_own_inside_try() is False


def test_code_without_source_or_table_counts_as_guarded():
    assert _guarded_by_source("<no such file>", 1) is True


def test_the_whole_stack_of_users_frames_counts():
    def helper():
        return call_site()

    def code():
        try:
            return helper()
        except ValueError:
            return None

    site = code()
    assert site.guarded
    assert site.location[0] == __file__
    assert not site.importing


@pytest.mark.parametrize(
    "name", ["pyinfra_client", "pyinfra_cli_of_others.deploys", "pyinfra.operations.x", "pyinfra.apis"]
)
def test_code_of_others_may_have_a_name_that_begins_as_ours(name):
    scope = {"__name__": name, "call_site": call_site}
    exec(
        compile(
            "def code():\n    try:\n        return call_site()\n    finally:\n        pass\n", name, "exec"
        ),
        scope,
    )
    site = scope["code"]()
    assert site.location == (name, 3)
    assert site.guarded
