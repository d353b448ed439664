"""What the engine keeps for each host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .facts import HostFacts
from .scheduler import Lane

if TYPE_CHECKING:
    import contextvars

    from pyinfra.api.host import Host

    from .engine import Engine
    from .facts import Request


class HostSide:
    """What the engine keeps for one host.

    Attributes:
        sequence: the hashes of its operations, in the order of its deploy code.
        contexts: by operation, what its call saw.
        asked: by operation, what it asked in prepare and may be asked ahead.
        passed: what the operation that is being run has asked already.
        remembered: what is worth a hint to the next run.
        before_looking: runs the commands that wait, which must be done before anyone looks at the host.
    """

    def __init__(self, engine: Engine, host: Host) -> None:
        self.lane = Lane(engine.scheduler, host.connector.max_calls)
        self.changed_in = 0
        self.facts = HostFacts(
            engine.state, host, self.lane, lambda: engine.generation, lambda: engine.oldest_valid(self)
        )
        self.sequence: list[str] = []
        self.contexts: dict[str, contextvars.Context] = {}
        self.asked: dict[str, list[Request]] = {}
        self.passed: set[Any] = set()
        self.remembered: dict[Any, tuple[Request, type[Any], tuple[Any, ...], dict[str, Any]]] = {}
        self.before_looking: Callable[[], None] | None = None
        self._positions: dict[str, int] = {}

    def look(self) -> None:
        """Have commands that wait run, as the host is about to be looked at or changed."""
        if self.before_looking is not None:
            self.before_looking()

    def position(self, op_hash: str) -> int:
        """Give the place of an operation among the host's; behind the last for one that is nested in another."""
        for place in range(len(self._positions), len(self.sequence)):
            self._positions[self.sequence[place]] = place
        return self._positions.get(op_hash, len(self.sequence))
