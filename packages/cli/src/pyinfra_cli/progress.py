"""Live progress on a terminal: what runs now, and on how many hosts it is through."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

from pyinfra.api.state import StateStage
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


def show_progress(state: State) -> None:
    """Show the progress of a run while its operations are executed."""
    live = Live()
    atexit.register(live.hide)
    through: dict[str, int] = {}

    def started(state: State, op_hash: str) -> None:
        through[op_hash] = 0
        _show(live, state, op_hash, 0)

    def ended_on_host(state: State, op_hash: str, **_: Any) -> None:
        through[op_hash] = through.get(op_hash, 0) + 1
        _show(live, state, op_hash, through[op_hash])

    listen = state.engine.events.listen
    listen("operation_start", started)
    listen("operation_host_end", ended_on_host)
    listen("run_end", lambda state: live.hide())
    listen("stage", lambda state, stage: live.hide() if stage is StateStage.Disconnect else None)


def _show(live: Live, state: State, op_hash: str, through: int) -> None:
    total = sum(op_hash in operations for operations in state.ops.values())
    live.show(f"{describe(state.op_meta[op_hash])} ({through} of {total} hosts)")
