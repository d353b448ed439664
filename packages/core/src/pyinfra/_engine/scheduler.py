"""The scheduler: who runs, who waits for what. The whole of it is in this file.

User code runs on one thread, in tasks (greenlets). A task gives way only where it waits: for a call that blocks, which
runs in the pool, or for another task. Each host has a lane. A lane's turn lasts until none of its tasks can run, and
ends with what its host is to be asked being sent in one go (`Lane.settle`).

Whoever waits drives the loop: the main greenlet for all lanes; a task that must not let others run (it stands inside
an import) for its own lane alone, in place.
"""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from greenlet import getcurrent, greenlet

from .pool import Pool

T = TypeVar("T")

# Seconds in which what has been begun may go on, before something else is begun that holds memory.
_PATIENCE = 0.0002
# Set inside a connector call and in threads that the engine started: what kind of guest runs here.
_guest: contextvars.ContextVar[str | None] = contextvars.ContextVar("pyinfra_guest", default=None)


class Event(Generic[T]):
    """Something that will be known: a value or an error, and who waits for it."""

    __slots__ = ("callbacks", "done", "error", "value", "waiters")

    def __init__(self) -> None:
        self.done = False
        self.value: T | None = None
        self.error: BaseException | None = None
        self.waiters: list[Task[Any]] = []
        self.callbacks: list[Callable[[], None]] = []

    def set(self, value: T | None = None, error: BaseException | None = None) -> None:
        """Make it known; on the engine's thread."""
        self.value, self.error, self.done = value, error, True
        for task in self.waiters:
            task.lane.make_ready(task)
        self.waiters.clear()
        # What is called may hold this event: kept here, it would be garbage in a circle.
        callbacks, self.callbacks = self.callbacks, []
        for callback in callbacks:
            callback()

    def result(self) -> T:
        """Give the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


class Task(greenlet, Generic[T]):
    """A function that runs on the engine's thread and may wait."""

    def __init__(self, lane: Lane, function: Callable[[], T]) -> None:
        super().__init__(self._main)
        self.lane = lane
        self.function: Callable[[], T] | None = function
        self.finished: Event[T] = Event()

    def _main(self) -> None:
        value: T | None = None
        error: BaseException | None = None
        function, self.function = self.function, None
        assert function is not None
        try:
            value = function()
        except Exception as raised:
            error = raised
        self.finished.set(value, error)


class Lane:
    """One host's tasks that can run, and its calls under way.

    Args:
        scheduler: the scheduler.
        max_calls: calls to its connector at one time.
    """

    def __init__(self, scheduler: Scheduler, max_calls: int = 1) -> None:
        self.scheduler = scheduler
        self.max_calls = max_calls
        self.ready: deque[Task[Any]] = deque()
        self.settle: Callable[[], None] | None = None
        self._queued = False
        self._calls = 0
        self._backlog: deque[Callable[[], None]] = deque()

    def make_ready(self, task: Task[Any]) -> None:
        """Have a task run on when it is the lane's turn."""
        self.ready.append(task)
        self.scheduler.queue_turn(self)

    def start_call(self, job: Callable[[], None]) -> None:
        """Send a job to the pool, or keep it back while the host has as many under way as its connector bears."""
        if self._calls < self.max_calls:
            self._calls += 1
            self.scheduler.pool.submit(job)
        else:
            self._backlog.append(job)

    def end_call(self) -> None:
        """Count a job as done, and send the next."""
        self._calls -= 1
        if self._backlog:
            self._calls += 1
            self.scheduler.pool.submit(self._backlog.popleft())


class Scheduler:
    """Runs tasks until what is waited for is known.

    Args:
        pool_size: calls that block under way at once, over all hosts.
    """

    def __init__(self, pool_size: int) -> None:
        self.pool = Pool(pool_size)
        self._turns: deque[Lane] = deque()
        self._completions: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._under_way = 0
        # What begins a task that can wait, each taking itself out when it has no more.
        self.kept_back: list[Callable[[], None]] = []
        # Asked when nothing can run and nothing is under way; True where it has made something runnable.
        self.when_stuck: Callable[[], bool] | None = None
        self._driving_thread = threading.Lock()

    def spawn(
        self, lane: Lane, function: Callable[[], T], context: contextvars.Context | None = None
    ) -> Task[T]:
        """Make a task; it runs when it is the lane's turn.

        Args:
            lane: its host's lane.
            function: what it runs.
            context: its context; a copy of the caller's by default.

        Returns:
            The task.
        """
        task = self.prepare_task(lane, function, context)
        lane.make_ready(task)
        return task

    def prepare_task(
        self, lane: Lane, function: Callable[[], T], context: contextvars.Context | None = None
    ) -> Task[T]:
        """Make a task that does not run yet."""
        task = Task(lane, function)
        task.gr_context = context if context is not None else contextvars.copy_context()
        return task

    def run_first(self, task: Task[Any]) -> None:
        """Run a task now, up to where it first waits, before the caller goes on."""
        current = getcurrent()
        if isinstance(current, Task) and current.lane is task.lane:
            lane = task.lane
            lane.ready.appendleft(current)
            self.queue_turn(lane)
            # Whoever drives the loop goes on with the caller, once this task waits or is through.
            assert current.parent is not None
            task.parent = current.parent
            task.switch()
        else:
            task.lane.make_ready(task)
            self.wait(task.finished)

    def wait(self, event: Event[T], in_place: bool = False) -> T:
        """Wait until something is known.

        Args:
            event: what.
            in_place: let no other host's code run meanwhile.

        Returns:
            Its value; its error is raised.
        """
        if not event.done:
            current = getcurrent()
            if isinstance(current, Task):
                if in_place:
                    self._drive(event, current.lane)
                else:
                    event.waiters.append(current)
                    assert current.parent is not None
                    current.parent.switch()
            else:
                with self._driving_thread:
                    self._drive(event, None)
        return event.result()

    def wait_all(self, tasks: Iterable[Task[Any]]) -> None:
        """Wait for tasks to finish; their errors stay with them."""
        for task in tasks:
            if not task.finished.done:
                try:
                    self.wait(task.finished)
                except Exception:  # noqa: S112 - whoever wants a task's result asks for it
                    continue

    def call(self, lane: Lane, function: Callable[[], T], in_place: bool = False) -> T:
        """Run a function that blocks in the pool and wait for it."""
        return self.wait(self.start(lane, function), in_place)

    def start(self, lane: Lane, function: Callable[[], T]) -> Event[T]:
        """Run a function that blocks in the pool.

        Args:
            lane: the host it works on.
            function: the function.

        Returns:
            What becomes known when it is done.
        """
        event: Event[T] = Event()
        context = contextvars.copy_context()
        self._under_way += 1

        def job() -> None:
            value, error = _attempt(lambda: context.run(_as_guest, "call", function))
            self._completions.put(lambda: self._complete(lane, event, value, error))

        lane.start_call(job)
        return event

    def start_thread(self, function: Callable[[], T]) -> Event[T]:
        """Run a function that may block, and may ask for what the engine does, in a thread of its own."""
        event: Event[T] = Event()
        context = contextvars.copy_context()
        self._under_way += 1

        def job() -> None:
            value, error = _attempt(lambda: context.run(_as_guest, "function", function))
            self._completions.put(lambda: self._complete(None, event, value, error))

        threading.Thread(target=job, name="pyinfra-function", daemon=True).start()
        return event

    def must_call_directly(self) -> bool:
        """Tell whether the caller stands where nothing can be queued.

        That is inside a connector call, or in a thread that user code started while the engine runs (waiting for the
        engine there could wait for itself).
        """
        if _guest.get() == "call":
            return True
        current = getcurrent()
        return not isinstance(current, Task) and _guest.get() is None and self._driving_thread.locked()

    def must_hand_over(self) -> bool:
        """Tell whether the caller stands in a thread of the engine's making, such as `python.call`'s."""
        return _guest.get() == "function" and not isinstance(getcurrent(), Task)

    def hand_over(self, lane: Lane, function: Callable[[], T]) -> T:
        """Have a function run as a task on the engine's thread, and block until it is done."""
        context = contextvars.copy_context()
        context.run(_guest.set, None)
        known = threading.Event()
        tasks: list[Task[T]] = []

        def begin() -> None:
            task = self.spawn(lane, function, context)
            task.finished.callbacks.append(known.set)
            tasks.append(task)

        self._completions.put(begin)
        known.wait()
        return tasks[0].finished.result()

    def queue_turn(self, lane: Lane) -> None:
        """Give a lane a turn."""
        if not lane._queued:
            lane._queued = True
            self._turns.append(lane)

    def _drive(self, event: Event[Any], only: Lane | None) -> None:
        driver = getcurrent()
        while not event.done:
            lane = self._next_turn(only)
            if lane is not None:
                self._take_turn(lane, driver, event)
            elif only is None and self.kept_back:
                if not (self._under_way and self._complete_some(_PATIENCE)):
                    self.kept_back[-1]()
            elif self._under_way:
                self._complete_some()
            elif only is not None or self.when_stuck is None or not self.when_stuck():
                raise RuntimeError("the engine waits for something that nothing will bring about")

    def _complete_some(self, seconds: float | None = None) -> bool:
        """Take what is done, waiting until there is something; False where nothing was in so many seconds."""
        try:
            self._completions.get(timeout=seconds)()
        except Empty:
            return False
        while not self._completions.empty():
            self._completions.get()()
        return True

    def _next_turn(self, only: Lane | None) -> Lane | None:
        if only is None:
            return self._turns.popleft() if self._turns else None
        if only.ready or only._queued:
            if only._queued:
                self._turns.remove(only)
            return only
        return None

    def _take_turn(self, lane: Lane, driver: greenlet, event: Event[Any]) -> None:
        lane._queued = False
        while lane.ready:
            task = lane.ready.popleft()
            task.parent = driver
            task.switch()
            if event.done and lane.ready:
                self.queue_turn(lane)
                return
        if lane.settle is not None:
            lane.settle()

    def _complete(
        self, lane: Lane | None, event: Event[Any], value: Any, error: BaseException | None
    ) -> None:
        self._under_way -= 1
        if lane is not None:
            lane.end_call()
        event.set(value, error)


def _as_guest(kind: str, function: Callable[[], T]) -> T:
    _guest.set(kind)
    return function()


def _attempt(function: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return function(), None
    except BaseException as error:
        return None, error
