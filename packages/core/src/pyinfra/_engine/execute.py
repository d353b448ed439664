"""Running operations: step by step over all hosts, command by command on each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from pyinfra.api._host_data import keep_overrides
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS, ConnectorArguments
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.exceptions import ConnectError, ConnectionLostError, PyinfraError
from pyinfra.api.operation import Report, go_together, report_of
from pyinfra.api.output import printable
from pyinfra.api.state import Outcome, StateStage
from pyinfra.api.util import as_command, format_exception
from pyinfra.connectors.util import CommandOutput, OutputLine

from .order import Step
from .together import Together

if TYPE_CHECKING:
    import contextvars

    from pyinfra.api.host import Host

    from .engine import Engine
    from .facts import Request

logger = logging.getLogger("pyinfra")

# What says how an operation is tried again is no part of how its commands are run.
_OF_COMMANDS = [
    key for key in CONNECTOR_ARGUMENT_KEYS if key not in ("_retries", "_retry_delay", "_retry_until")
]


class Execution:
    """The execute phase of one run.

    Args:
        engine: the run's engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = engine.state

    def run(self, serial: bool = False, no_wait: bool = False) -> None:
        """Run all operations; see `pyinfra.api.operations.run_ops`."""
        state = self._state
        steps = self._engine.steps()
        if state.current_stage < StateStage.Execute:
            state.set_stage(StateStage.Execute)
        state.is_executing = True
        self._engine.events.emit("run_start")
        try:
            if serial:
                for host in list(state.inventory.iter_active_hosts()):
                    self._run_host(host, steps)
            elif no_wait:
                hosts = list(state.inventory.iter_active_hosts())
                tasks = self._engine.for_each(
                    hosts, lambda host: self._run_all(host, steps), state.config.PARALLEL
                )
                for task in tasks.values():
                    task.finished.result()
                state.check_failed()
            else:
                for step in steps:
                    self._run_step(step)
        finally:
            state.is_executing = False
            self._engine.events.emit("run_end")

    def run_steps(self, steps: Iterable[Step[Host]]) -> None:
        """Run some operations in the midst of prepare, because deploy code waits for a result."""
        self._state.is_executing = True
        try:
            for step in steps:
                self._run_step(step)
        finally:
            self._state.is_executing = False

    def run_one(self, host: Host, op_hash: str) -> bool:
        """Run one operation on one host."""
        outer, self._state.is_executing = self._state.is_executing, True
        try:
            return self._run_on([host], op_hash, at_once=1)[host]
        finally:
            self._state.is_executing = outer

    def _run_step(self, step: Step[Host]) -> None:
        state = self._state
        hosts = [host for host in step.hosts if self._takes_part(host, step.op_hash)]
        if not hosts:
            return
        arguments = state.ops[hosts[0]][step.op_hash].global_arguments
        if arguments.get("_run_once"):
            first, *others = hosts
            hosts = [] if self._has_run(step.op_hash) else [first]
            for host in others if hosts else [first, *others]:
                self._skip(host, step.op_hash)
            if not hosts:
                return
        at_once = 1 if arguments.get("_serial") else arguments.get("_parallel") or state.config.PARALLEL
        self._engine.events.emit("operation_start", op_hash=step.op_hash)
        if not at_once:
            self._engine.begin_step()
        try:
            self._run_on(hosts, step.op_hash, at_once)
        finally:
            self._engine.end_step()
        self._engine.events.emit("operation_end", op_hash=step.op_hash)

    def _takes_part(self, host: Host, op_hash: str) -> bool:
        waiting = self._state.ops[host][op_hash].outcome is None
        return waiting and host in self._state.active_hosts and self._state.is_host_in_limit(host)

    def _has_run(self, op_hash: str) -> bool:
        """Tell whether an operation has begun on any host."""
        return any(
            op_hash in operations and operations[op_hash].outcome is not None
            for operations in self._state.ops.values()
        )

    def _run_on(self, hosts: list[Host], op_hash: str, at_once: int) -> dict[Host, bool]:
        tasks = self._engine.for_each(
            hosts,
            lambda host: HostOperation(self._engine, host, op_hash, alone=len(hosts) == 1).run(),
            at_once,
            lambda host: self._context(host, op_hash),
        )
        results = {host: task.finished.result() for host, task in tasks.items()}
        self._state.fail_hosts([host for host, succeeded in results.items() if not succeeded])
        return results

    def _run_host(self, host: Host, steps: Iterable[Step[Host]]) -> None:
        for step in steps:
            if host in step.hosts and self._takes_part(host, step.op_hash):
                self._run_step(Step(step.op_hash, [host]))

    def _run_all(self, host: Host, steps: Iterable[Step[Host]]) -> None:
        """Run a host's operations one after another, in its own task; a failure ends them."""
        for step in steps:
            if host not in step.hosts or not self._takes_part(host, step.op_hash):
                continue
            lane = self._engine.side(host).lane
            operation = HostOperation(self._engine, host, step.op_hash)
            if (
                self._state.ops[host][step.op_hash].global_arguments.get("_run_once")
                and host != step.hosts[0]
            ):
                self._skip(host, step.op_hash)
                continue
            self._engine.events.emit("operation_start", op_hash=step.op_hash)
            task = self._engine.scheduler.spawn(lane, operation.run, self._context(host, step.op_hash))
            succeeded = self._engine.scheduler.wait(task.finished)
            self._engine.events.emit("operation_end", op_hash=step.op_hash)
            if not succeeded:
                self._state.failed_hosts.add(host)
                self._state.active_hosts.discard(host)
                return

    def run_nested(self, host: Host, op_hash: str) -> None:
        """Run an operation that a function called, now, in the function's turn."""
        outer = host.executing_op_hash
        operation = HostOperation(self._engine, host, op_hash, nested=True)
        context = self._context(host, op_hash)
        lane = self._engine.side(host).lane
        task = self._engine.scheduler.spawn(lane, operation.run, context)
        if not self._engine.scheduler.wait(task.finished):
            error = self._state.ops[host][op_hash].error
            raise PyinfraError(f"a nested operation failed: {error} (in {outer})")

    def _context(self, host: Host, op_hash: str) -> contextvars.Context:
        context = self._engine.side(host).contexts[op_hash].copy()
        context.run(keep_overrides, None)
        return context

    def _skip(self, host: Host, op_hash: str) -> None:
        data = self._state.ops[host][op_hash]
        data.outcome = Outcome.SKIPPED
        data.operation_meta.set_complete(True, [], CommandOutput([]))


class HostOperation:
    """One operation being run on one host.

    Args:
        engine: the run's engine.
        host: the host.
        op_hash: the operation.
        nested: whether a function called it.
        alone: whether no other host is being changed meanwhile.
    """

    def __init__(
        self, engine: Engine, host: Host, op_hash: str, nested: bool = False, alone: bool = False
    ) -> None:
        self._engine = engine
        self._state = engine.state
        self._host = host
        self._op_hash = op_hash
        self._nested = nested
        self._alone = alone
        self._data = engine.state.ops[host][op_hash]
        self._arguments = self._data.global_arguments
        self._lines: list[OutputLine] = []
        self._commands: list[PyinfraCommand] = []
        self._reports: dict[Report, list[str]] = {}
        self._error: str | None = None
        self._failed = self._lost = False

    def run(self) -> bool:
        """Run it, in a task of its own.

        Returns:
            Whether the host may go on.
        """
        host = self._host
        if self._nested:
            host.nested_executing_op_hash = self._op_hash
        host.executing_op_hash = self._op_hash
        self._engine.events.emit("operation_host_start", host=host, op_hash=self._op_hash)
        tries, most = 0, self._arguments.get("_retries") or 0
        succeeded, skipped = self._try()
        while (again := self._wants_another_try(succeeded, skipped)) and tries < most:
            tries += 1
            self._engine.events.emit(
                "operation_host_retry", host=host, op_hash=self._op_hash, retry_num=tries, max_retries=most
            )
            self._engine.pause(host, self._arguments.get("_retry_delay") or 0)
            self._engine.new_generation(host)
            succeeded, skipped = self._try()
        if again and succeeded:
            succeeded, self._error = False, "its _retry_until still asked for another try"
        return self._finish(succeeded, skipped, tries, most)

    def _try(self) -> tuple[bool, bool]:
        """Run the commands once; whether that succeeded, and whether `_if` had it skipped."""
        self._lines, self._commands, self._reports, self._error = [], [], {}, None
        self._failed = False
        self._host.noop_description = None
        self._engine.side(self._host).passed.clear()
        try:
            for condition in cast("list[Callable[[], bool]]", self._arguments.get("_if") or []):
                if not condition():
                    return True, True
            return self._run_commands(), False
        except ConnectionLostError as error:
            self._lost = True
            self._error = str(error)
        except (PyinfraError, ConnectError) as error:
            self._error = str(error)
        except Exception as error:
            self._error = format_exception(error)
            logger.debug("operation failed", exc_info=True)
        return False, False

    def _run_commands(self) -> bool:
        go_on = bool(self._arguments.get("_continue_on_error"))
        together: Together | None = None
        commands = self._data.command_generator()
        try:
            for yielded in commands:
                command = yielded if isinstance(yielded, PyinfraCommand) else as_command(yielded)
                report = report_of(commands)
                if go_together(commands):
                    together = together or self._together(go_on)
                    if together.add(command, report):
                        continue
                if together is not None and not together.run():
                    break
                self._commands.append(command)
                self._take(report, *command.execute(self._state, self._host, self._connector_arguments()))
                if self._failed and not go_on:
                    break
            else:
                if together is not None:
                    together.run(self._next_asked)
        except Exception:
            # What it yielded before its error comes first, and so does what went wrong there.
            if together is None or together.run():
                raise
        return not self._failed

    def _together(self, go_on: bool) -> Together:
        arguments = self._connector_arguments()
        return Together(self._engine, self._host, arguments, go_on, self._commands.append, self._take)

    def _connector_arguments(self) -> ConnectorArguments:
        given = cast("dict[str, Any]", self._arguments)
        return cast("ConnectorArguments", {key: given[key] for key in _OF_COMMANDS if key in given})

    def _take(self, report: Report | None, done: bool, output: CommandOutput) -> None:
        self._lines.extend(output.combined_lines)
        if report is not None:
            self._reports.setdefault(report, []).extend(output.stdout_lines)
        if not done:
            self._failed = True
            self._error = self._error or _why(output)

    def _next_asked(self) -> list[Request]:
        # What hosts beside this one change in the same step may count for what it is asked in the next.
        return self._engine.ahead.behind(self._host, self._op_hash) if self._alone else []

    def _report(self) -> list[str]:
        """Say what has changed; a report that fails has nothing to say, and is no failure of the operation."""
        said: list[str] = []
        for report, lines in self._reports.items():
            try:
                said += report(lines)
            except Exception as error:
                logger.warning(
                    "%sa report of changes failed: %s", self._host.print_prefix, format_exception(error)
                )
        return said

    def _wants_another_try(self, succeeded: bool, skipped: bool) -> bool:
        if skipped or self._lost:
            return False
        until = self._arguments.get("_retry_until")
        if until is None or not succeeded:
            return not succeeded
        output = CommandOutput(self._lines)
        told = {
            "stdout_lines": output.stdout_lines,
            "stderr_lines": output.stderr_lines,
            "commands": [str(command) for command in self._commands],
            "executed_commands": len(self._commands),
            "host": self._host.name,
            "operation": ", ".join(sorted(self._state.op_meta[self._op_hash].names)),
        }
        return bool(until(told))

    def _finish(self, succeeded: bool, skipped: bool, tries: int, most: int) -> bool:
        data, results = self._data, self._state.results[self._host]
        data.operation_meta.set_complete(
            succeeded,
            self._commands,
            CommandOutput(self._lines),
            retry_attempts=tries,
            max_retries=most,
            report=self._report() if succeeded else None,
        )
        data.noop_description = self._host.noop_description
        data.error = None if succeeded else self._error
        data.outcome = self._outcome(succeeded, skipped)
        ignored = bool(self._arguments.get("_ignore_errors")) and not self._lost
        results.ops += 1
        if succeeded:
            results.success_ops += 1
        else:
            results.error_ops += 1
            results.ignored_error_ops += ignored
            results.partial_ops += len(self._commands) > 1
        self._engine.events.emit(
            "operation_host_end",
            host=self._host,
            op_hash=self._op_hash,
            outcome=data.outcome,
            retry_count=tries,
            max_retries=most,
            error=data.error,
        )
        return succeeded or ignored

    def _outcome(self, succeeded: bool, skipped: bool) -> Outcome:
        if self._lost:
            return Outcome.UNKNOWN
        if not succeeded:
            return Outcome.FAILED
        if skipped:
            return Outcome.SKIPPED
        return Outcome.CHANGED if self._commands else Outcome.UNCHANGED


def _why(output: CommandOutput) -> str:
    code = f" (exit code {output.exit_code})" if output.exit_code is not None else ""
    lines = [line for line in (output.stderr_lines or output.stdout_lines) if line.strip()]
    said = f": {printable(lines[-1].strip())}" if lines else ""
    return f"command failed{code}{said}"
