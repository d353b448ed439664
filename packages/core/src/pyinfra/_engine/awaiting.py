"""Deploy code that asks how an operation went, right after calling it: it waits, and the operation is run.

The asking task parks. When every host is parked or through, the operations up to the earliest awaited one are executed,
in lock-step as ever; then the parked code goes on with the true answer. Code that never asks pays nothing.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING

from greenlet import getcurrent

from pyinfra.api.exceptions import HostFailedError
from pyinfra.api.state import AwaitedResult

from .callsite import is_importing
from .scheduler import Event, Lane, Task

if TYPE_CHECKING:
    from pyinfra.api.host import Host

    from .engine import Engine


class Awaiting:
    """The results that deploy code of one run waits for.

    Args:
        engine: the run's engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = engine.state
        self._lane = Lane(engine.scheduler)
        self._awaited: dict[tuple[Host, str], Event[None]] = {}
        self._running: Task[None] | None = None
        engine.scheduler.when_stuck = self._run_awaited

    def wait_for(self, host: Host, op_hash: str) -> None:
        """Wait until an operation has run on a host.

        Returns at once where nobody can wait: outside of deploy code, in an operation, in execute, or in an import.

        Args:
            host: the host.
            op_hash: the operation.

        Raises:
            HostFailedError: the host failed on the way there.
        """
        if not isinstance(getcurrent(), Task) or self._state.is_executing or host.in_op or is_importing():
            return
        self._engine.preparation.raise_parked(host)
        event = self._awaited.setdefault((host, op_hash), Event())
        self._engine.give_way(host)
        self._engine.scheduler.wait(event)

    def _run_awaited(self) -> bool:
        """Begin to run what is waited for, now that nothing else can go on; False where nothing is."""
        if not self._awaited or (self._running is not None and not self._running.finished.done):
            return False
        self._running = self._engine.scheduler.spawn(self._lane, self._run, contextvars.copy_context())
        return True

    def _run(self) -> None:
        try:
            self._run_to_the_earliest()
        except BaseException as error:
            self._answer(error)
            raise
        self._answer(None)

    def _run_to_the_earliest(self) -> None:
        steps = self._engine.steps()
        wanted = set(self._awaited)
        last = min(
            number
            for number, step in enumerate(steps)
            if any((host, step.op_hash) in wanted for host in step.hosts)
        )
        decide = self._state.decide_awaited
        names = [
            AwaitedResult(host, op_hash, self._state.op_meta[op_hash]) for host, op_hash in self._awaited
        ]
        if decide is not None and not decide(names):
            for host, op_hash in self._awaited:
                self._state.ops[host][op_hash].operation_meta.predict()
            return
        self._engine.execution.run_steps(steps[: last + 1])

    def _answer(self, error: BaseException | None) -> None:
        for (host, op_hash), event in list(self._awaited.items()):
            meta = self._state.ops[host][op_hash].operation_meta
            if error is not None:
                event.set(error=error)
            elif host in self._state.failed_hosts:
                event.set(error=HostFailedError(f"{host.name} failed before its deploy code was through"))
            elif meta.is_complete() or meta.is_predicted():
                event.set()
            else:
                continue
            del self._awaited[host, op_hash]
