"""The state of a run: its hosts, operations and results."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

from .config import Config
from .exceptions import PyinfraError, RunFailedError
from .host import PerCall

if TYPE_CHECKING:
    from pyinfra._engine.engine import Engine

    from .arguments import AllArguments
    from .command import PyinfraCommand
    from .host import Host
    from .inventory import Inventory
    from .operation import OperationMeta

logger = logging.getLogger("pyinfra")


class StateStage(IntEnum):
    """The stages of a run, in order."""

    Setup = 1
    Connect = 2
    Prepare = 3
    Execute = 4
    Disconnect = 5


class Outcome(Enum):
    """What became of an operation on a host.

    `UNKNOWN` is what a connection lost after a command was sent leaves: nobody can know whether it ran. It counts as
    failed.
    """

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class BaseStateCallback:
    """Follows a run; override what is of interest and give the class to `State.add_callback_handler`."""

    @staticmethod
    def host_before_connect(state: State, host: Host) -> None:
        """A host is about to be connected to."""

    @staticmethod
    def host_connect(state: State, host: Host) -> None:
        """A host is connected."""

    @staticmethod
    def host_connect_error(state: State, host: Host, error: Exception) -> None:
        """A host could not be connected to."""

    @staticmethod
    def host_disconnect(state: State, host: Host) -> None:
        """A host is disconnected."""

    @staticmethod
    def operation_start(state: State, op_hash: str) -> None:
        """An operation starts on the first host."""

    @staticmethod
    def operation_host_start(state: State, host: Host, op_hash: str) -> None:
        """An operation starts on a host."""

    @staticmethod
    def operation_host_success(state: State, host: Host, op_hash: str, retry_count: int = 0) -> None:
        """An operation is done on a host."""

    @staticmethod
    def operation_host_error(
        state: State, host: Host, op_hash: str, retry_count: int = 0, max_retries: int = 0
    ) -> None:
        """An operation has failed on a host."""

    @staticmethod
    def operation_host_retry(
        state: State, host: Host, op_hash: str, retry_num: int, max_retries: int
    ) -> None:
        """An operation is tried again on a host."""

    @staticmethod
    def operation_end(state: State, op_hash: str) -> None:
        """An operation is through on all hosts."""


@dataclass
class StateOperationMeta:
    """What hosts share of an operation.

    Attributes:
        op_order: line numbers of the calls that lead to it, outermost first.
        op_name: the operation's public name, such as `files.put`.
        names: what it is called, on any host.
        args: its arguments as output shows them.
        global_arguments: its global arguments.
        location: the file and line of its call.
    """

    op_order: tuple[int, ...]
    op_name: str = ""
    names: set[str] = field(default_factory=set)
    args: list[str] = field(default_factory=list)
    global_arguments: AllArguments = field(default_factory=dict)  # type: ignore[assignment]
    location: tuple[str, int] | None = None


@dataclass
class StateOperationHostData:
    """An operation on one host.

    Attributes:
        command_generator: makes its commands anew.
        global_arguments: its global arguments.
        operation_meta: its result.
        parent_op_hash: the operation that called it while it ran.
        outcome: what became of it; None before.
        noop_description: why it had nothing to do.
        error: what went wrong, in one line.
    """

    command_generator: Callable[[], Iterator[PyinfraCommand | str]]
    global_arguments: AllArguments
    operation_meta: OperationMeta
    parent_op_hash: str | None = None
    outcome: Outcome | None = None
    noop_description: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class AwaitedResult:
    """A result that deploy code waits for.

    Attributes:
        host: the host.
        op_hash: the operation.
        meta: what hosts share of it.
    """

    host: Host
    op_hash: str
    meta: StateOperationMeta


@dataclass
class StateHostMeta:
    """What a host's operations would do, counted in prepare."""

    ops: int = 0
    ops_change: int = 0
    ops_no_change: int = 0
    op_hashes: set[str] = field(default_factory=set)


@dataclass
class StateHostResults:
    """What became of a host's operations."""

    ops: int = 0
    success_ops: int = 0
    error_ops: int = 0
    ignored_error_ops: int = 0
    partial_ops: int = 0


class State:
    """One run.

    Args:
        inventory: its hosts.
        config: its configuration.
        check_for_changes: whether prepare tells what would change; False (`--yes`) makes an error there a "may change".
        **kwargs: `initial_limit`, the hosts that take part.

    Attributes:
        active_hosts: hosts that take part, failed ones taken out.
        activated_hosts: all that have been connected to.
        failed_hosts: those that failed.
        ops: by host, its operations by hash.
        decide_awaited: asked when deploy code waits for results: True has the operations up to them run, False has
            the answers be what is expected. None is True.
        op_meta: what hosts share of each operation, by hash.
    """

    cwd = PerCall["str | None"](None)
    current_deploy_filename = PerCall["str | None"](None)
    current_exec_filename = PerCall["str | None"](None)
    current_op_file_number = PerCall[int](0)

    def __init__(
        self,
        inventory: Inventory | None = None,
        config: Config | None = None,
        check_for_changes: bool = True,
        **kwargs: Any,
    ) -> None:
        self.initialised = False
        self.current_stage = StateStage.Setup
        self.stage_warnings: dict[StateStage, int] = dict.fromkeys(StateStage, 0)
        self.is_executing = False
        self.check_for_changes = check_for_changes
        self.print_noop_info = False
        self.print_fact_info = False
        self.print_input = False
        self.print_fact_input = False
        self.print_output = False
        self.print_fact_output = False
        self.should_raise_failed_hosts: Callable[[State], bool] | None = None
        self.decide_awaited: Callable[[list[AwaitedResult]], bool] | None = None
        self.callback_handlers: list[type[BaseStateCallback] | BaseStateCallback] = []
        if inventory is not None:
            self.init(inventory, config, **kwargs)

    def init(
        self, inventory: Inventory, config: Config | None, initial_limit: Iterable[Host] | None = None
    ) -> None:
        """Give the run its hosts and configuration."""
        from pyinfra._engine.engine import Engine

        self.inventory = inventory
        self.config = config if config is not None else Config()
        inventory.state = self
        self.active_hosts: set[Host] = set()
        self.activated_hosts: set[Host] = set()
        self.failed_hosts: set[Host] = set()
        self.limit_hosts: set[Host] | None = set(initial_limit) if initial_limit is not None else None
        self.op_meta: dict[str, StateOperationMeta] = {}
        self.ops: dict[Host, dict[str, StateOperationHostData]] = {host: {} for host in inventory}
        self.meta: dict[Host, StateHostMeta] = {host: StateHostMeta() for host in inventory}
        self.results: dict[Host, StateHostResults] = {host: StateHostResults() for host in inventory}
        self.engine: Engine = Engine(self)
        for host in inventory:
            host.init(self)
        self.initialised = True

    @property
    def current_config(self) -> Config:
        """The configuration of the running code: a deploy file has its own copy to change."""
        from pyinfra.context import ctx_config

        return ctx_config.get() or self.config

    def set_stage(self, stage: StateStage) -> None:
        """Go on to a stage.

        Args:
            stage: the stage; not one that is over.

        Raises:
            PyinfraError: it is over.
        """
        if stage < self.current_stage:
            raise PyinfraError(f"a run can't go back from {self.current_stage.name} to {stage.name}")
        self.current_stage = stage
        self.engine.stage_changed(stage)

    def increment_warning_counter(self) -> None:
        """Count a warning of this stage."""
        self.stage_warnings[self.current_stage] += 1

    def get_warning_counter(self) -> int:
        """Give the number of warnings of this stage."""
        return self.stage_warnings[self.current_stage]

    def should_check_for_changes(self) -> bool:
        """Tell whether prepare must find out what would change."""
        return self.check_for_changes

    def add_callback_handler(self, handler: type[BaseStateCallback] | BaseStateCallback) -> None:
        """Have a `BaseStateCallback` follow the run."""
        kind = handler if isinstance(handler, type) else type(handler)
        if not issubclass(kind, BaseStateCallback):
            raise TypeError(f"a callback handler must be a BaseStateCallback, not {handler!r}")
        self.callback_handlers.append(handler)
        self.engine.follow(handler)

    def trigger_callbacks(self, method_name: str, *args: Any, **kwargs: Any) -> None:
        """Call a method of every handler."""
        for handler in self.callback_handlers:
            getattr(handler, method_name)(self, *args, **kwargs)

    def get_op_order(self) -> list[str]:
        """Give the hashes of all operations, in the order in which they run."""
        return list(dict.fromkeys(step.op_hash for step in self.engine.steps()))

    def get_op_meta(self, op_hash: str) -> StateOperationMeta:
        """Give what hosts share of an operation."""
        return self.op_meta[op_hash]

    def get_meta_for_host(self, host: Host) -> StateHostMeta:
        """Give what a host's operations would do."""
        return self.meta[host]

    def get_results_for_host(self, host: Host) -> StateHostResults:
        """Give what became of a host's operations."""
        return self.results[host]

    def get_op_data_for_host(self, host: Host, op_hash: str) -> StateOperationHostData:
        """Give an operation on one host."""
        return self.ops[host][op_hash]

    def set_op_data_for_host(self, host: Host, op_hash: str, op_data: StateOperationHostData) -> None:
        """Set an operation on one host."""
        self.ops[host][op_hash] = op_data

    def activate_host(self, host: Host) -> None:
        """Have a host take part."""
        self.activated_hosts.add(host)
        self.active_hosts.add(host)

    def fail_hosts(self, hosts_to_fail: Iterable[Host], activated_count: int | None = None) -> None:
        """Take hosts out of the run.

        Args:
            hosts_to_fail: the hosts.
            activated_count: how many hosts FAIL_PERCENT is a part of; all that took part by default.

        Raises:
            RunFailedError: no host is left, or more than FAIL_PERCENT of them have failed.
        """
        failed = set(hosts_to_fail)
        if not failed:
            return
        self.failed_hosts |= failed
        self.active_hosts -= failed
        self.check_failed(activated_count)

    def check_failed(self, activated_count: int | None = None) -> None:
        """Raise RunFailedError where too many hosts have failed for the run to go on."""
        total = activated_count if activated_count is not None else len(self.activated_hosts)
        if self.should_raise_failed_hosts is not None and not self.should_raise_failed_hosts(self):
            return
        if not self.active_hosts:
            raise RunFailedError("no hosts remaining")
        limit = self.config.FAIL_PERCENT
        if limit is not None and total:
            percent = 100 * len(self.failed_hosts) / total
            if percent > limit:
                raise RunFailedError(f"{percent:.0f}% of the hosts have failed, over the limit of {limit}%")

    def is_host_in_limit(self, host: Host) -> bool:
        """Tell whether a host takes part in what runs now."""
        return self.limit_hosts is None or host in self.limit_hosts
