"""Filling in fact cases from what a host prints: `pytest --record`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import yaml
from pyinfra.api import QuoteString, ShortFactBase, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.facts import get_fact

from pyinfra_testkit.cases._commands import command_text
from pyinfra_testkit.cases._compare import case_conditions
from pyinfra_testkit.cases._files import Case, CaseError, find_target, read_case
from pyinfra_testkit.cases._secrets import mask_lines
from pyinfra_testkit.cases._values import from_data, to_data
from pyinfra_testkit.connectors import connected_host
from pyinfra_testkit.hosts import HostsError, Lab

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra.api import Host

LAB = "@testkit"
"""The host of that name is a real one of the test kit's."""


class Recorder:
    """Fills in the cases that have no output yet.

    Args:
        name: the host that is asked, as an inventory names it, or `@testkit`.
        sudo: whether it is asked with sudo.
        masked: further texts that must not be written.
        report: called with a line about what takes long.

    Attributes:
        recorded: the files that were filled in.
    """

    def __init__(self, name: str, sudo: bool, masked: Iterable[str], report: Callable[[str], None]) -> None:
        self.name = name
        self.recorded: list[Path] = []
        self._arguments = {"_sudo": True} if sudo else {}
        self._masked = list(masked)
        self._report = report
        self._open = contextlib.ExitStack()
        self._host: Host | None = None

    def close(self) -> None:
        """Disconnect."""
        self._open.close()

    def record(self, path: Path, package: str, keys: Iterable[str]) -> None:
        """Fill in a case, if it has neither command nor output.

        Args:
            path: the case file.
            package: the package of the fact's module.
            keys: the keys that a fact's case may have.

        Raises:
            CaseError: the host can't be asked, or has nothing to say.
        """
        case = Case(path, {}) if not path.read_text(encoding="utf-8").strip() else read_case(path, keys)
        if {"command", "output"} & case.data.keys():
            return
        fact = find_target(path, package)
        base = fact.fact if issubclass(fact, ShortFactBase) else fact
        arg = from_data(case.data.get("arg", []))
        args = [] if isinstance(arg, dict) else arg if isinstance(arg, list) else [arg]
        kwargs = arg if isinstance(arg, dict) else {}
        added = self._asked(case, base, args, kwargs)
        lines = mask_lines(self._printed(case, base, args, kwargs), self._masked)
        text = "".join(f"{line}\n" for line in lines)
        added["output"] = text if text.splitlines() == lines else lines
        added["fact"] = _parsed(case, fact, base, lines)
        _write(case, added)
        self.recorded.append(path)

    def _asked(self, case: Case, base: Any, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        added: dict[str, Any] = {}
        for key in ("command", "requires_command"):
            value = getattr(base(), key)
            if callable(value):
                try:
                    value = value(*args, **kwargs)
                except TypeError as error:
                    raise CaseError(f"{case.path}: {error}") from error
            if value is not None:
                added[key] = command_text(StringCommand(value))
        return added

    def _printed(self, case: Case, base: Any, args: list[Any], kwargs: dict[str, Any]) -> list[str]:
        """Have the engine ask, as it asks for the fact itself, and give the lines that it would parse."""
        seen: list[str] = []

        def process(_: Any, output: Iterable[str]) -> None:
            seen.extend(output)

        asked = type(base.__name__, (base,), {"process": process, "__module__": base.__module__})
        try:
            host = self._connected()
            self._need(host, asked, args, kwargs)
            arguments = {**kwargs, **self._arguments}
            get_fact(host.state, host, asked, tuple(args), arguments, apply_failed_hosts=False)
        except (PyinfraError, HostsError) as error:
            raise CaseError(f"{case.path}: {self.name}: {error}") from error
        if not seen:
            raise CaseError(f"{case.path}: {self.name} printed nothing, which is no case of a parser")
        return seen

    def _need(self, host: Host, asked: Any, args: list[Any], kwargs: dict[str, Any]) -> None:
        required = asked().requires_command
        program = required(*args, **kwargs) if callable(required) else required
        if program is None:
            return
        there, _ = host.run_shell_command(
            StringCommand("command -v", QuoteString(program)), **self._arguments
        )
        if not there:
            raise PyinfraError(f"it has no {program}, which the fact needs")

    def _connected(self) -> Host:
        if self._host is None:
            name, data = self.name, {}
            if name == LAB:
                real = self._open.enter_context(Lab(self._report)).fresh_host()
                name, data = real.name, real.ssh_data("deploy")
            self._host = self._open.enter_context(connected_host(name, data))
        return self._host


def _parsed(case: Case, fact: Any, base: Any, lines: list[str]) -> Any:
    """Give what the parser makes of it now; None where it can't: the test that follows tells why."""
    with contextlib.suppress(Exception), case_conditions(case):
        value = base().process(lines)
        return to_data(fact().process_data(value) if fact is not base else value)
    return None


def _write(case: Case, added: dict[str, Any]) -> None:
    whole = {**case.data, **added}
    if case.path.suffix == ".json":
        text = json.dumps(whole, indent=2) + "\n"
    else:
        there = case.path.read_text(encoding="utf-8").rstrip()
        text = f"{there}\n{_yaml(added)}" if there else _yaml(added)
        # What stands there may be one mapping in braces, to which nothing can be added.
        if not _holds(text, whole):
            text = _yaml(whole)
    case.path.write_text(text, encoding="utf-8")


def _yaml(data: dict[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def _holds(text: str, data: dict[str, Any]) -> bool:
    with contextlib.suppress(yaml.YAMLError):
        return bool(yaml.safe_load(text) == data)
    return False


class _Dumper(yaml.SafeDumper):
    """YAML with texts of several lines as they stand."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)
