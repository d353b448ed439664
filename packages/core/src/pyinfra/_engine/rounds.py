"""Running a function for each of several hosts, a few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from .scheduler import Event, Task

if TYPE_CHECKING:
    import contextvars

    from pyinfra.api.host import Host

    from .engine import Engine

T = TypeVar("T")


class Round(Generic[T]):
    """A function that is run for each of several hosts.

    Args:
        engine: the run's engine.
        hosts: the hosts.
        function: the function.
        context: gives the context that it runs in for a host.
        give_way: where, for a host that runs, is kept what begins the next.

    Attributes:
        tasks: those that have begun, by host.
        through: becomes known when all are through.
    """

    def __init__(
        self,
        engine: Engine,
        hosts: Iterable[Host],
        function: Callable[[Host], T],
        context: Callable[[Host], contextvars.Context],
        give_way: dict[Host, Callable[[], None]],
    ) -> None:
        self.tasks: dict[Host, Task[T]] = {}
        self.through: Event[None] = Event()
        self._engine = engine
        self._waiting = deque(hosts)
        self._left = len(self._waiting)
        self._kept_back = 0
        self._function = function
        self._context = context
        self._give_way = give_way

    def begin(self, at_once: int, at_first: int = 0) -> None:
        """Begin with the first hosts.

        Args:
            at_once: how many hosts at one time, not counting those that have given way; 0 for all.
            at_first: how many of these may begin though others could go on; 0 for all.
        """
        if not self._left:
            self.through.set()
        most = min(at_once or self._left, self._left)
        begun = min(at_first or most, most)
        for _ in range(begun):
            self._begin_next()
        self._kept_back = most - begun
        if self._kept_back:
            self._engine.scheduler.kept_back.append(self._begin_kept_back)

    def _begin_kept_back(self) -> None:
        self._kept_back -= 1
        if not self._kept_back:
            self._keep_none_back()
        self._begin_next()

    def _keep_none_back(self) -> None:
        self._kept_back = 0
        self._engine.scheduler.kept_back.remove(self._begin_kept_back)

    def _begin_next(self) -> None:
        if not self._waiting:
            return
        engine, host = self._engine, self._waiting.popleft()
        function = partial(self._function, host)
        task = engine.scheduler.spawn(engine.side(host).lane, function, self._context(host))
        task.finished.callbacks.append(partial(self._finished, host))
        self.tasks[host] = task
        if self._waiting:
            self._give_way[host] = self._begin_next
        elif self._kept_back:
            self._keep_none_back()

    def _finished(self, host: Host) -> None:
        self._left -= 1
        self._engine.give_way(host)
        if not self._left:
            self.through.set()
