"""Running an operation's case."""

from __future__ import annotations

import inspect
import sys
import typing
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from pyinfra_testkit.cases._commands import command_data
from pyinfra_testkit.cases._compare import case_conditions, check
from pyinfra_testkit.cases._files import CaseError, find_target, read_case
from pyinfra_testkit.cases._local_files import local_files
from pyinfra_testkit.cases._raises import check_raises
from pyinfra_testkit.cases._values import fit, from_data
from pyinfra_testkit.fakes import on_fake_host
from pyinfra_testkit.tested import note_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyinfra_testkit.cases._files import Case
    from pyinfra_testkit.fakes import FakeHost

KEYS = (
    *("args", "kwargs", "facts", "data", "local_files", "commands"),
    *("noop_description", "exception", "require_platform"),
    # What older files say to runners that knew more; it has no effect here.
    *("idempotent", "disable_idempotent_warning_reason", "second_output_commands", "logs"),
)
_PLATFORMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


def run_operation_case(path: Path, package: str = "pyinfra.operations") -> None:
    """Run one case of an operation.

    Args:
        path: The case file, in a folder named `module.operation`.
        package: The package that the module is in.

    Raises:
        CaseError: The case is not one.
        CaseFailedError: The operation does something else than the case says, or asks for a fact that the
            case does not give.
    """
    __tracebackhide__ = True
    case = read_case(path, KEYS)
    outcomes = {"commands", "exception"} & case.data.keys()
    if not outcomes or (len(outcomes) > 1 and case.data["commands"]):
        raise CaseError(f"{path}: an operation's case has either commands or an exception")
    platforms = case.data.get("require_platform")
    if platforms and _PLATFORMS.get(sys.platform, sys.platform) not in platforms:
        pytest.skip(f"a case for {', '.join(platforms)}")
    inner = find_target(path, package)._inner
    files = case.data.get("local_files")
    facts = from_data(case.data.get("facts", {}))
    data = from_data(case.data.get("data", {}))
    with (
        case_conditions(case),
        local_files(files) if files else nullcontext(),
        on_fake_host(facts, data) as host,
    ):
        _check(case, inner, host)
    note_case(path.parent.name)


def _check(case: Case, inner: Callable[..., Any], host: FakeHost) -> None:
    __tracebackhide__ = True
    args, kwargs = _arguments(case, inner)

    def commands() -> list[Any]:
        return [command_data(command) for command in inner(*args, **kwargs)]

    if "exception" in case.data:
        check_raises(case, commands)
        return
    got = commands()
    check(case, "commands", got)
    if "noop_description" in case.data:
        check(case, "noop_description", host.noop_description)
    elif not got and not host.noop_description:
        raise case.fail("an operation that changes nothing says so with host.noop(...)")


def _arguments(case: Case, inner: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    try:
        hints = typing.get_type_hints(inner)
    except (NameError, TypeError):
        # An annotation that can't be resolved here: the values stay as they are.
        hints = {}
    names = list(inspect.signature(inner).parameters)
    args = from_data(case.data.get("args", []))
    kwargs = from_data(case.data.get("kwargs", {}))
    fitted = [
        fit(value, hints.get(names[index]) if index < len(names) else None)
        for index, value in enumerate(args)
    ]
    return fitted, {name: fit(value, hints.get(name)) for name, value in kwargs.items()}
