"""The engine of one run: what `State` and `Host` hand everything to that asks, changes or waits."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from pyinfra.api.exceptions import PyinfraError
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state

from . import order
from .ahead import Ahead
from .asking import Asking
from .awaiting import Awaiting
from .callsite import is_importing
from .connections import Connections
from .events import Events
from .execute import Execution
from .prepare import Preparation
from .rounds import Round
from .scheduler import Event, Scheduler, Task
from .side import HostSide
from .transfer import put_file

if TYPE_CHECKING:
    from pyinfra.api.command import StringCommand
    from pyinfra.api.host import Host
    from pyinfra.api.operation import OperationMeta, PyinfraOperation
    from pyinfra.api.state import State, StateStage
    from pyinfra.connectors.util import CommandOutput

T = TypeVar("T")

# Connector calls at once over all hosts, where PARALLEL sets no other bound.
MAX_CALLS = 128
# Hosts whose deploy code runs at once, where PARALLEL sets no other bound: each operation that waits for facts keeps
# some 15 KiB. No more of them could ask at one time.
PREPARED_AT_ONCE = MAX_CALLS
# Those of them that begin while answers to others are there to go on with. So many are enough to wait for.
PREPARED_AT_FIRST = 32


class Engine:
    """Runs one `State`.

    Args:
        state: the run.

    Attributes:
        generation: counts what may have changed a host; an answer of an earlier generation may no longer be true.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.scheduler = Scheduler(state.config.PARALLEL or MAX_CALLS)
        self.generation = 1
        self._step_began_in: int | None = None
        self.events = Events(state)
        self.asking = Asking(self)
        self.ahead = Ahead(self)
        self.preparation = Preparation(self)
        self.execution = Execution(self)
        self.awaiting = Awaiting(self)
        self.connections = Connections(self)
        self._sides: dict[Host, HostSide] = {}
        self._next_after: dict[Host, Callable[[], None]] = {}
        self._steps: tuple[int, list[order.Step[Host]]] = (-1, [])
        self.follow = self.events.follow

    def side(self, host: Host) -> HostSide:
        """Give what is kept for a host."""
        side = self._sides.get(host)
        if side is None:
            side = self._sides[host] = HostSide(self, host)
        return side

    def new_generation(self, host: Host | None = None) -> None:
        """Have every answer known so far asked anew: something may have changed.

        Args:
            host: where, if it is known; hosts that run the same step beside it may still have been asked before.
        """
        self.generation += 1
        if host is not None:
            self.side(host).changed_in = self.generation
        else:
            self._step_began_in = None

    def begin_step(self) -> None:
        """Begin a step that hosts run side by side: what others change in it, nobody can say is before or after."""
        self._step_began_in = self.generation

    def end_step(self) -> None:
        """End a step: from here on, all that was changed in it counts for all."""
        self._step_began_in = None

    def oldest_valid(self, side: HostSide) -> int:
        """Give the oldest generation whose answers may be used for a host."""
        if self._step_began_in is None:
            return self.generation
        return max(self._step_began_in, side.changed_in)

    def stage_changed(self, stage: StateStage) -> None:
        """Tell observers of a new stage."""
        self.events.emit("stage", stage=stage)

    def context(self, host: Host, base: contextvars.Context | None = None) -> contextvars.Context:
        """Give a context in which the facades stand for a host.

        Args:
            host: the host.
            base: what it is a copy of; the caller's by default.
        """
        made = base.copy() if base is not None else contextvars.copy_context()
        made.run(self.enter, host)
        return made

    def enter(self, host: Host) -> None:
        """Have the facades stand for a host in the context at hand, which is a new task's own."""
        ctx_state.enter(self.state)
        ctx_inventory.enter(self.state.inventory)
        ctx_host.enter(host)
        ctx_config.enter(self.state.current_config.copy())

    def for_each(
        self,
        hosts: Iterable[Host],
        function: Callable[[Host], T],
        at_once: int = 0,
        context: Callable[[Host], contextvars.Context] | None = None,
        at_first: int = 0,
    ) -> dict[Host, Task[T]]:
        """Run a function for each of several hosts, and wait until it is through for all.

        Args:
            hosts: the hosts.
            function: the function; it runs in a task, with the facades set.
            at_once: how many hosts at one time, not counting those that have given way; 0 for all.
            context: gives a host's context; one made from the caller's by default.
            at_first: how many of these may begin though others could go on; 0 for all.

        Returns:
            The finished tasks.
        """
        a_round = Round(self, hosts, function, context or self.context, self._next_after)
        a_round.begin(at_once, at_first)
        self.wait(a_round.through)
        return a_round.tasks

    def give_way(self, host: Host) -> None:
        """Have the next host begin, where hosts are worked on a few at a time: this one has to wait for the others.

        Args:
            host: the host that waits, or is through.
        """
        start_next = self._next_after.pop(host, None)
        if start_next is not None:
            start_next()

    def on_hosts(self, hosts: Iterable[Host], function: Callable[[Host], T]) -> dict[Host, T]:
        """Run a function for each of several hosts.

        A host for which it raises an error of that host's (a fact that can't be told, a lost connection) fails; any
        other error is raised once all are through.

        Args:
            hosts: the hosts.
            function: the function.

        Returns:
            What it returned, for those that did not fail.
        """
        at_once = self.state.config.PARALLEL or PREPARED_AT_ONCE
        tasks = self.for_each(hosts, function, at_once, at_first=PREPARED_AT_FIRST)
        results: dict[Host, T] = {}
        failed: list[Host] = []
        for host, task in tasks.items():
            error = task.finished.error
            if error is None:
                results[host] = task.finished.result()
            elif self.preparation.is_of_host(error):
                self.preparation.report(host, error)
                failed.append(host)
            else:
                raise error
        self.state.fail_hosts(failed)
        return results

    def wait(self, event: Event[T]) -> T:
        """Wait for an event, in place where a module is being imported."""
        return self.scheduler.wait(event, in_place=not event.done and is_importing())

    def abandon(self, seconds: float = 3.0) -> None:
        """Break all connections without waiting for what runs on them, after an interrupt.

        Args:
            seconds: how long to give them; what hangs then is left to the end of the process.
        """
        self.connections.abandon(seconds)

    def call(self, host: Host, function: Callable[[], T]) -> T:
        """Make a call that blocks to a host's connector, from wherever the caller stands."""
        scheduler = self.scheduler
        if scheduler.must_call_directly():
            return function()
        lane = self.side(host).lane
        if scheduler.must_hand_over():
            return scheduler.hand_over(lane, lambda: scheduler.call(lane, function))
        return scheduler.call(lane, function, in_place=is_importing())

    def changing_call(self, host: Host, function: Callable[[], T]) -> T:
        """Make a call that may change the host: what was known before and what is asked meanwhile is asked anew."""
        if not host.connected:
            host.connect(reason="to run a command", raise_exceptions=True)
        self.side(host).look()
        self.new_generation(host)
        try:
            return self.call(host, function)
        finally:
            self.new_generation(host)

    def run_command(
        self,
        host: Host,
        command: StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Any,
    ) -> tuple[bool, CommandOutput]:
        """Run a command on a host; see `BaseConnector.run_shell_command`."""

        def run() -> tuple[bool, CommandOutput]:
            try:
                return host.connector.run_shell_command(command, print_output, print_input, **arguments)
            except TimeoutError as error:
                raise PyinfraError(f"timed out after {arguments.get('_timeout')} seconds") from error

        return self.changing_call(host, run)

    def put_file(self, host: Host, *args: Any, **kwargs: Any) -> bool:
        """Upload a file, whole or not at all; see `BaseConnector.put_file`."""
        return self.changing_call(host, lambda: put_file(host, *args, **kwargs))

    def get_file(self, host: Host, *args: Any, **kwargs: Any) -> bool:
        """Download a file; see `BaseConnector.get_file`."""
        if not host.connected:
            host.connect(reason="to get a file", raise_exceptions=True)
        self.side(host).look()
        return self.call(host, lambda: host.connector.get_file(*args, **kwargs))

    def rsync(self, host: Host, *args: Any, **kwargs: Any) -> bool:
        """Copy a tree to a host with rsync; see `BaseConnector.rsync`."""
        return self.changing_call(host, lambda: host.connector.rsync(*args, **kwargs))

    def call_function(self, host: Host, function: Callable[[], T]) -> T:
        """Call a user's function that may block, in a thread of its own."""
        self.new_generation(host)

        def run() -> T:
            host.in_callback_op = True
            host.in_op = False
            return function()

        try:
            return self.wait(self.scheduler.start_thread(run))
        finally:
            self.new_generation(host)

    def pause(self, host: Host, seconds: float) -> None:
        """Let time pass for one host."""
        self.call(host, lambda: time.sleep(seconds))

    def get_fact(
        self,
        host: Host,
        cls: type[Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        fail_host: bool = True,
    ) -> Any:
        """Ask a host for a fact; see `pyinfra.api.facts.get_fact`."""
        return self.asking.get_fact(host, cls, args, kwargs, fail_host)

    def operation_called(
        self, host: Host, op: PyinfraOperation[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> OperationMeta:
        """Take a call of an operation; see `PyinfraOperation`."""
        return self.preparation.operation_called(host, op, args, kwargs)

    def add(self, hosts: list[Host], function: Callable[[], T]) -> dict[Host, T]:
        """Run code that calls operations for hosts, and settle all that it calls.

        Args:
            hosts: the hosts.
            function: the code.

        Returns:
            What it returned for each host.
        """
        return self.preparation.add(hosts, function)

    def steps(self) -> list[order.Step[Host]]:
        """Give the operations of all hosts in the order in which they run."""
        version = sum(len(side.sequence) for side in self._sides.values())
        if self._steps[0] != version:
            own = [(host, self._sides[host].sequence) for host in self.state.inventory if host in self._sides]
            self._steps = (version, order.merge(own))
        return self._steps[1]

    def run_ops(self, serial: bool = False, no_wait: bool = False) -> None:
        """Run all operations; see `pyinfra.api.operations.run_ops`."""
        self.execution.run(serial=serial, no_wait=no_wait)

    def run_host_op(self, host: Host, op_hash: str) -> bool:
        """Run one operation on one host; see `pyinfra.api.operations.run_host_op`."""
        return self.execution.run_one(host, op_hash)

    def answers(self, host: Host) -> list[dict[str, Any]]:
        """Give the questions that a host has answered in this generation, with the answers; for debugging."""
        return self.side(host).facts.known()
