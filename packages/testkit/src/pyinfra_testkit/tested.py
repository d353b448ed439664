"""What tests have shown of each operation: noted while they run, and written where `--pyinfra-tested=FILE` says.

The file is JSON: for each operation, by its public name, how many cases of it passed, whether it changed a real host,
whether it left that unchanged when it was run again, whether its preview said so before, and what became of shell code
that was given to it as text.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pyinfra.api import State

__all__ = ["Shown", "Tested", "note_case", "note_injection", "note_run", "start"]


# A test, an operation's public name, and the file and line of its call: what a second run calls again.
Call = tuple[str, str, tuple[str, int] | None]


@dataclass
class Shown:
    """What tests have shown of one operation.

    Attributes:
        cases: how many of its cases passed.
        applied: whether a run of it changed a real host.
        again: whether a second run of it, in the same test, changed nothing there.
        previewed: whether what it changed is what its preview had said.
        injection: the names of its parameters, by what became of shell code in them: `shell` where a shell read it
            and ran none of it, `content` where it became a file's content, `local` where it named a file of
            this machine, `rsync`, `refused`, `nowhere`, `on purpose: …` where it is meant to be run; `none` where
            it takes no text.
    """

    cases: int = 0
    applied: bool = False
    again: bool = False
    previewed: bool = False
    injection: dict[str, list[str]] = field(default_factory=dict)


class Tested:
    """What tests have shown of all operations."""

    def __init__(self) -> None:
        self.operations: dict[str, Shown] = {}
        self._changed: set[Call] = set()

    def of(self, operation: str) -> Shown:
        """Give what was shown of an operation, by its public name."""
        return self.operations.setdefault(operation, Shown())

    def add_run(self, state: State) -> None:
        """Note a run on real hosts.

        Args:
            state: the run, when it is over.
        """
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        changed: dict[Call, bool] = {}
        for operations in state.ops.values():
            for op_hash, operation in operations.items():
                meta = operation.operation_meta
                if operation.outcome is None or operation.error is not None:
                    continue
                about = state.op_meta[op_hash]
                call = (test, about.op_name, about.location)
                changed[call] = changed.get(call, False) or meta.did_change()
                if meta.did_change():
                    self.of(about.op_name).applied = True
                    self.of(about.op_name).previewed |= meta.will_change
        for call, did_change in changed.items():
            if not did_change and call in self._changed:
                self.of(call[1]).again = True
        self._changed |= {call for call, did_change in changed.items() if did_change}

    def write(self, path: Path) -> None:
        """Write it all.

        Args:
            path: the file.
        """
        data = {name: asdict(shown) for name, shown in sorted(self.operations.items())}
        path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


_tested: Tested | None = None


def start() -> Tested:
    """Begin to take notes; without this there are none.

    Returns:
        Where they are kept.
    """
    global _tested  # noqa: PLW0603 - one test session, one set of notes
    _tested = Tested()
    return _tested


def note_case(operation: str) -> None:
    """Note that a case of an operation passed.

    Args:
        operation: its public name.
    """
    if _tested is not None:
        _tested.of(operation).cases += 1


def note_run(state: State) -> None:
    """Note a run on real hosts.

    Args:
        state: the run, when it is over.
    """
    if _tested is not None:
        _tested.add_run(state)


def note_injection(operation: str, parameters: Mapping[str, Iterable[str]]) -> None:
    """Note what became of shell code that was given to an operation as text.

    Args:
        operation: its public name.
        parameters: the names of its parameters, by what became of it; see `Shown.injection`.
    """
    if _tested is not None:
        _tested.of(operation).injection = {key: sorted(names) for key, names in sorted(parameters.items())}
