"""Running a fact's case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyinfra.api import ShortFactBase, StringCommand

from pyinfra_testkit.cases._commands import command_text
from pyinfra_testkit.cases._compare import case_conditions, check
from pyinfra_testkit.cases._files import CaseError, find_target, read_case
from pyinfra_testkit.cases._raises import check_raises
from pyinfra_testkit.cases._recording import current
from pyinfra_testkit.cases._values import from_data
from pyinfra_testkit.fakes import on_fake_host

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra_testkit.cases._files import Case

KEYS = ("arg", "command", "requires_command", "output", "fact", "facts", "exception")


def run_fact_case(path: Path, package: str = "pyinfra.facts") -> None:
    """Run one case of a fact.

    Args:
        path: The case file, in a folder named `module.Fact`.
        package: The package that the module is in.

    Raises:
        CaseError: The case is not one.
        CaseFailedError: The fact does something else than the case says.
    """
    __tracebackhide__ = True
    _record(path, package)
    case = read_case(path, KEYS)
    if not {"command", "output"} & case.data.keys():
        raise CaseError(
            f"{path}: a fact's case has a command, or an output with its fact, or both; "
            "`pytest --record` fills them in from a host"
        )
    if ("output" in case.data) != bool({"fact", "exception"} & case.data.keys()):
        raise CaseError(f"{path}: output and fact (or exception) belong together")
    fact = find_target(path, package)()
    base = fact.fact() if isinstance(fact, ShortFactBase) else fact
    with case_conditions(case), on_fake_host(from_data(case.data.get("facts", {}))):
        _check_asked(case, base)
        if "output" in case.data:
            _check_answer(case, fact, base)


def _record(path: Path, package: str) -> None:
    recorder = current()
    if recorder is not None:
        recorder.record(path, package, KEYS)


def _check_asked(case: Case, fact: Any) -> None:
    __tracebackhide__ = True
    arg = from_data(case.data.get("arg", []))
    if "command" in case.data:
        command = _ask(fact.command, arg)
        check(case, "command", command_text(StringCommand(command)))
    if "requires_command" in case.data:
        check(case, "requires_command", _ask(fact.requires_command, arg))


def _ask(attribute: Any, arg: Any) -> Any:
    if not callable(attribute):
        return attribute
    if isinstance(arg, dict):
        return attribute(**arg)
    return attribute(*(arg if isinstance(arg, list) else [arg]))


def _check_answer(case: Case, fact: Any, base: Any) -> None:
    __tracebackhide__ = True
    output = case.data["output"]
    lines = output.splitlines() if isinstance(output, str) else output

    def answer() -> Any:
        value = base.process(lines)
        return fact.process_data(value) if fact is not base else value

    if "exception" in case.data:
        check_raises(case, answer)
    else:
        check(case, "fact", answer())
