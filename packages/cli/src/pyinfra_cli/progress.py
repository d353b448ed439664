"""Live progress on a terminal: what runs now, and on how many hosts it is through."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from pyinfra.api.state import StateStage
from pyinfra.plugins.spec import hookimpl
from rich.console import Console
from rich.text import Text

from .log import screen
from .prints import describe

if TYPE_CHECKING:
    from pyinfra.api import State


class Live:
    """A status line below the lines that scroll."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._status = self._console.status("")

    def line(self, text: str) -> None:
        """Show a line above the status."""
        self._console.print(Text.from_ansi(text), markup=False)

    def show(self, text: str) -> None:
        """Show a status."""
        screen.live = self
        self._status.update(Text(text))
        self._status.start()

    def hide(self) -> None:
        """Take the status away."""
        self._status.stop()
        screen.live = None


class Progress:
    """Shows what runs now, while operations are executed."""

    def __init__(self) -> None:
        self._live = Live()
        self._through: dict[str, int] = {}
        atexit.register(self._live.hide)

    @hookimpl
    def pyinfra_operation_start(self, state: State, op_hash: str) -> None:
        """Show an operation that begins."""
        self._through[op_hash] = 0
        _show(self._live, state, op_hash, 0)

    @hookimpl
    def pyinfra_operation_host_end(self, state: State, op_hash: str) -> None:
        """Count a host that an operation is through on."""
        self._through[op_hash] = self._through.get(op_hash, 0) + 1
        _show(self._live, state, op_hash, self._through[op_hash])

    @hookimpl
    def pyinfra_run_end(self) -> None:
        """Take the status away."""
        self._live.hide()

    @hookimpl
    def pyinfra_stage(self, stage: StateStage) -> None:
        """Take the status away, also of a run that was broken off."""
        if stage is StateStage.Disconnect:
            self._live.hide()


def _show(live: Live, state: State, op_hash: str, through: int) -> None:
    total = sum(op_hash in operations for operations in state.ops.values())
    live.show(f"{describe(state.op_meta[op_hash])} ({through} of {total} hosts)")
