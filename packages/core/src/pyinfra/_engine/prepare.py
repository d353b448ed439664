"""What a call of an operation does: register it at once, evaluate it against facts as far as they are known.

An evaluation runs in a task of its own up to its first fact that is not in the cache, and is parked there while the
deploy code goes on; so the facts of many operations go out together. Bad arguments still raise at the call.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, TypeVar

from pyinfra.api._host_data import keep_overrides
from pyinfra.api.arguments import AllArguments, pop_global_arguments, refuse_unknown_arguments
from pyinfra.api.exceptions import (
    ArgumentTypeError,
    ConnectError,
    DeployError,
    FactError,
    HostFailedError,
    NestedOperationError,
    OperationError,
    OperationTypeError,
    OperationValueError,
    PyinfraError,
)
from pyinfra.api.operation import OperationMeta
from pyinfra.api.state import StateOperationHostData, StateOperationMeta
from pyinfra.api.util import make_hash

from .asking import facts_asked
from .callsite import CallSite, call_site

if TYPE_CHECKING:
    from pyinfra.api.host import Host
    from pyinfra.api.operation import PyinfraOperation

    from .engine import Engine
    from .scheduler import Task

T = TypeVar("T")

logger = logging.getLogger("pyinfra")

# Where `add_op` was called: its tasks have no frames of the caller's.
_added_at: contextvars.ContextVar[tuple[tuple[str, int], ...]] = contextvars.ContextVar(
    "pyinfra_added_at", default=()
)


class Evaluation:
    """One operation on one host, as it is evaluated in prepare.

    Args:
        host: the host.
        data: the operation on it.
        location: file and line of the call.
        commands: gives its commands, made of its arguments as they were at the call.
    """

    __slots__ = ("commands", "data", "host", "location", "raised", "task")

    def __init__(
        self,
        host: Host,
        data: StateOperationHostData,
        location: tuple[str, int] | None,
        commands: Callable[[], Iterator[Any]],
    ) -> None:
        self.host = host
        self.data = data
        self.location = location
        self.commands = commands
        self.task: Task[bool] | None = None
        self.raised = False


class Preparation:
    """The prepare phase of one run.

    Args:
        engine: the run's engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = engine.state
        self._counts: dict[Host, dict[str, int]] = {}
        self._hashes: dict[tuple[Any, int], str] = {}
        self._open: dict[Host, list[Evaluation]] = {}
        self._errors: dict[Host, list[Evaluation]] = {}
        self._settled: set[Host] = set()
        self._nested = 0

    def add(self, hosts: list[Host], function: Callable[[], T]) -> dict[Host, T]:
        """Run code for hosts and settle all the operations it calls; see `Engine.add`."""
        site = call_site().frames
        token = _added_at.set((*_added_at.get(), *site))
        try:
            return self._engine.on_hosts(hosts, lambda host: self._run_and_settle(host, function))
        finally:
            _added_at.reset(token)

    def _run_and_settle(self, host: Host, function: Callable[[], T]) -> T:
        try:
            result = function()
        finally:
            self._settle(host)
        self.raise_parked(host)
        return result

    def _settle(self, host: Host) -> None:
        while waiting := self._open.get(host):
            evaluation = waiting.pop(0)
            if evaluation.task is not None and not evaluation.task.finished.done:
                self._engine.scheduler.wait_all([evaluation.task])

    def raise_parked(self, host: Host) -> None:
        """Raise the error of an evaluation that was parked, if there is one, at a later call in deploy code."""
        if host.in_op:
            return
        for evaluation in self._errors.pop(host, []):
            if not evaluation.raised and evaluation.task is not None:
                evaluation.raised = True
                error = evaluation.task.finished.error
                assert error is not None
                raise error

    def is_of_host(self, error: BaseException) -> bool:
        """Tell whether an error concerns the host it was raised for, and no other."""
        return isinstance(error, FactError | ConnectError | HostFailedError) or getattr(
            error, "pyinfra_of_host", False
        )

    def report(self, host: Host, error: BaseException) -> None:
        """Log why a host failed in prepare."""
        if isinstance(error, HostFailedError):
            return
        place = getattr(error, "pyinfra_location", None)
        where = f"{place[0]}:{place[1]}: " if place else ""
        logger.error("%s%s%s", host.print_prefix, where, error)

    def operation_called(
        self, host: Host, op: PyinfraOperation[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> OperationMeta:
        """Take a call; see `PyinfraOperation`."""
        engine = self._engine
        if engine.scheduler.must_hand_over():
            lane = engine.side(host).lane
            return engine.scheduler.hand_over(lane, lambda: self.operation_called(host, op, args, kwargs))
        if host.in_op and not host.in_callback_op:
            raise NestedOperationError(
                f"{op.op_name} was called inside another operation: write `yield from {op.op_name}._inner(…)`"
            )
        self.raise_parked(host)
        site = call_site()
        try:
            evaluation = self._register(host, op, args, dict(kwargs), site)
        except PyinfraError as error:
            raise _placed(error, site.location) from None
        if host.in_callback_op:
            engine.execution.run_nested(host, evaluation.data.operation_meta._hash)
        else:
            self._evaluate(evaluation, site)
        return evaluation.data.operation_meta

    def _register(
        self,
        host: Host,
        op: PyinfraOperation[Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        site: CallSite,
    ) -> Evaluation:
        state = self._state
        arguments, _ = pop_global_arguments(state, host, kwargs)
        refuse_unknown_arguments(kwargs, op._inner.__code__.co_varnames, op.op_name)
        _check_binds(op, args, kwargs)
        op_hash = self._hash(host, op, site)
        side = self._engine.side(host)
        meta = OperationMeta(op_hash)
        meta._wait = partial(self._engine.awaiting.wait_for, host, op_hash)
        data = StateOperationHostData(
            partial(op._inner, *args, **kwargs),
            arguments,
            meta,
            parent_op_hash=host.executing_op_hash if host.in_callback_op else None,
        )
        self._describe(host, op, op_hash, arguments, args, kwargs, site)
        state.ops[host][op_hash] = data
        if not host.in_callback_op:
            side.sequence.append(op_hash)
        counts = state.meta[host]
        counts.ops += 1
        counts.op_hashes.add(op_hash)
        frozen = {key: _frozen(value) for key, value in kwargs.items()}
        evaluation = Evaluation(host, data, site.location, partial(op._inner, *map(_frozen, args), **frozen))
        context = contextvars.copy_context()
        context.run(self._enter_operation, host, op, op_hash, arguments)
        side.contexts[op_hash] = context
        evaluation.task = self._engine.scheduler.prepare_task(
            side.lane, partial(self._run, evaluation), context.copy()
        )
        return evaluation

    def _enter_operation(
        self, host: Host, op: PyinfraOperation[Any], op_hash: str, arguments: AllArguments
    ) -> None:
        self._engine.enter(host)
        host.current_op_deploy_data = host.current_deploy_data
        host.in_callback_op = False
        host.current_op_hash = op_hash
        host.noop_description = None
        host.in_op = op.set_in_op
        host.current_op_global_arguments = arguments if op.set_in_op else None
        facts_asked.set([0])

    def _hash(self, host: Host, op: PyinfraOperation[Any], site: CallSite) -> str:
        frames = (*_added_at.get(), *site.frames)
        if host.in_callback_op:
            self._nested += 1
            return make_hash([host.executing_op_hash, op.op_name, self._nested])
        key = (self._state.current_op_file_number, frames, tuple(host.loop_position), op.op_name)
        first = self._hash_of(key, 0)
        counts = self._counts.setdefault(host, {})
        number = counts.get(first, 0)
        counts[first] = number + 1
        return self._hash_of(key, number) if number else first

    def _hash_of(self, key: Any, number: int) -> str:
        known = self._hashes.get((key, number))
        if known is None:
            known = self._hashes[key, number] = make_hash([key, number])
        return known

    def _describe(
        self,
        host: Host,
        op: PyinfraOperation[Any],
        op_hash: str,
        arguments: AllArguments,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        site: CallSite,
    ) -> None:
        shared = self._state.op_meta.get(op_hash)
        if shared is None:
            order = (self._state.current_op_file_number, *(line for _, line in site.frames))
            shared = StateOperationMeta(order, op.op_name, location=site.location, global_arguments=arguments)
            self._state.op_meta[op_hash] = shared
        name = arguments.get("name")
        if not name:
            name = op.op_name
            for text in [*map(_shown, args), *(f"{key}={_shown(value)}" for key, value in kwargs.items())]:
                if text not in shared.args:
                    shared.args.append(text)
        prefix = host.current_deploy_name
        shared.names.add(f"{prefix} | {name}" if prefix else name)

    def _evaluate(self, evaluation: Evaluation, site: CallSite) -> None:
        task = evaluation.task
        assert task is not None
        meta = evaluation.data.operation_meta
        scheduler = self._engine.scheduler
        if site.importing:
            task.lane.make_ready(task)
            self._wait_in_place(task)
        else:
            scheduler.run_first(task)
        if not task.finished.done and (site.guarded or not self._state.config.BATCH):
            scheduler.wait_all([task])
        if task.finished.done:
            evaluation.raised = True
            task.finished.result()
            return
        self._open.setdefault(evaluation.host, []).append(evaluation)
        task.finished.callbacks.append(partial(self._parked_finished, evaluation))
        meta._settle = partial(self._wait_for, evaluation)

    def _wait_in_place(self, task: Task[bool]) -> None:
        with suppress(Exception):  # raised by the caller, as for any other evaluation
            self._engine.scheduler.wait(task.finished, in_place=True)

    def _wait_for(self, evaluation: Evaluation) -> None:
        assert evaluation.task is not None
        evaluation.raised = True
        self._engine.wait(evaluation.task.finished)

    def _parked_finished(self, evaluation: Evaluation) -> None:
        assert evaluation.task is not None
        if evaluation.task.finished.error is None:
            # What it will change is known: nobody waits for it any more, and all that it held can go.
            evaluation.data.operation_meta._settle = None
        else:
            self._errors.setdefault(evaluation.host, []).append(evaluation)

    def _run(self, evaluation: Evaluation) -> bool:
        """Find out whether an operation would change something; runs in the evaluation's task."""
        commands = evaluation.commands()
        host, data = evaluation.host, evaluation.data
        keep_overrides(host.data.override_datas)
        changes: bool | None
        try:
            changes = next(iter(commands), None) is not None
            getattr(commands, "close", lambda: None)()
        except Exception as error:
            if not self._may_change_anyway(error):
                raise _placed(error, evaluation.location, of_host=bool(_asked())) from error.__cause__
            changes = None
        data.noop_description = host.noop_description
        data.operation_meta._maybe_is_change = changes is not False
        counts = self._state.meta[host]
        if changes is False:
            counts.ops_no_change += 1
        else:
            counts.ops_change += 1
        return changes is not False

    def _may_change_anyway(self, error: Exception) -> bool:
        """Tell whether an error only means that nobody can tell yet.

        That is so where nobody asked for a preview, unless it is about the arguments, which no fact can mend.
        """
        if self._state.check_for_changes or isinstance(error, ConnectError):
            return False
        bad_arguments = isinstance(error, OperationTypeError | OperationValueError | ArgumentTypeError)
        return not (bad_arguments and not _asked())


def _asked() -> int:
    counter = facts_asked.get()
    return counter[0] if counter is not None else 0


def _placed(error: BaseException, location: tuple[str, int] | None, of_host: bool = False) -> BaseException:
    if location is not None and getattr(error, "pyinfra_location", None) is None:
        error.pyinfra_location = location  # type: ignore[attr-defined]
    if of_host and isinstance(error, OperationError | DeployError):
        error.pyinfra_of_host = True
    return error


def _check_binds(op: PyinfraOperation[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    try:
        op._inner(*args, **kwargs)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise
        raise OperationTypeError(f"{op.op_name}: {str(error).partition('() ')[2] or error}") from None


def _frozen(value: Any) -> Any:
    if type(value) in (list, dict, set):
        return value.copy()
    if type(value) is StringIO:
        return StringIO(value.getvalue())
    if type(value) is BytesIO:
        return BytesIO(value.getvalue())
    return value


def _shown(value: Any) -> str:
    if isinstance(value, StringIO | BytesIO):
        return type(value).__name__
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return str(value)
