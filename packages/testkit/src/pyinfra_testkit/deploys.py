"""Deploy code run on hosts from a test, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyinfra_testkit.tested import note_run

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.state import StateOperationHostData

    from .hosts import RealHost


@dataclass
class Result:
    """What became of a run, over all its hosts.

    Attributes:
        predicted: the names of the operations that the preview said would change something.
        conditional: the names of those that would, if their `_if` lets them.
        changed: the names of those that did.
        unchanged: the names of those that had nothing to do.
        failed: the names of those that failed, each with why; hosts that failed before any ran stand here too.
        commands: how many commands were run.
        outputs: what each operation's commands printed, by name.
    """

    predicted: list[str] = field(default_factory=list)
    conditional: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    commands: int = 0
    outputs: dict[str, str] = field(default_factory=dict)


def run_deploy(
    hosts: RealHost | Mapping[str, Any] | list[RealHost] | str,
    code: Callable[[], Any],
    *,
    user: str = "deploy",
    dry: bool = False,
    **config: Any,
) -> Result:
    """Run deploy code, as the command line runs a deploy file.

    Args:
        hosts: real hosts; or a name such as `@local`; or the data of one ssh host, as `RealHost.ssh_data` gives it.
        code: calls operations.
        user: whom to log in as, for real hosts.
        dry: only prepare it.
        **config: config keys, such as `SUDO=True`.

    Returns:
        What became of it.
    """
    from pyinfra.api import Config, Inventory, State
    from pyinfra.api.connect import connect_all, disconnect_all
    from pyinfra.api.exceptions import RunFailedError
    from pyinfra.api.operations import run_ops

    state = State(Inventory((_names(hosts, user), {})), Config(**config))
    result = Result()
    try:
        try:
            connect_all(state)
            state.engine.add(list(state.inventory.iter_active_hosts()), code)
            _predict(state, result)
            if not dry:
                run_ops(state)
        except RunFailedError as error:
            result.failed["the run"] = str(error)
        _collect(state, result)
        if not isinstance(hosts, str):
            note_run(state)
    finally:
        disconnect_all(state)
    return result


def assert_idempotent(
    hosts: RealHost | Mapping[str, Any] | list[RealHost] | str,
    code: Callable[[], Any],
    *,
    user: str = "deploy",
    **config: Any,
) -> Result:
    """Run deploy code twice: the first run must succeed as previewed, the second must change nothing.

    Args:
        hosts: as for `run_deploy`.
        code: as for `run_deploy`.
        user: as for `run_deploy`.
        **config: as for `run_deploy`.

    Returns:
        What became of the first run.

    Raises:
        AssertionError: something failed, the preview was wrong, or the second run changed something.
    """
    first = run_deploy(hosts, code, user=user, **config)
    assert not first.failed, f"the first run failed: {first.failed}"
    certain = [name for name in first.changed if name not in first.conditional]
    assert first.predicted == certain, f"previewed {first.predicted}, changed {first.changed}"
    second = run_deploy(hosts, code, user=user, **config)
    assert not second.failed, f"the second run failed: {second.failed}"
    assert not second.predicted, f"a second run would change {second.predicted}"
    assert not second.changed, f"the second run changed {second.changed}"
    assert not second.commands, f"the second run ran {second.commands} commands"
    return first


def _names(hosts: Any, user: str) -> list[Any]:
    if isinstance(hosts, str):
        return [hosts]
    if isinstance(hosts, Mapping):
        return [(str(hosts.get("ssh_hostname", "host")), dict(hosts))]
    several = hosts if isinstance(hosts, list) else [hosts]
    return [(host.name, host.ssh_data(user)) for host in several]


def _operations(state: State) -> list[tuple[str, StateOperationHostData]]:
    found = []
    for op_hash in state.get_op_order():
        names = ", ".join(sorted(state.op_meta[op_hash].names))
        found += [(names, operations[op_hash]) for operations in state.ops.values() if op_hash in operations]
    return found


def _predict(state: State, result: Result) -> None:
    for name, operation in _operations(state):
        if operation.operation_meta.will_change:
            kind = result.conditional if operation.global_arguments.get("_if") else result.predicted
            kind.append(name)


def _collect(state: State, result: Result) -> None:
    for host in state.failed_hosts:
        if not any(operation.error for operation in state.ops[host].values()):
            result.failed[host.name] = "failed before any operation did"
    for name, operation in _operations(state):
        meta = operation.operation_meta
        if operation.outcome is None:
            continue
        result.commands += len(meta._commands or ())
        result.outputs[name] = meta.stdout
        if operation.error is not None:
            result.failed[name] = operation.error
        else:
            (result.changed if meta.did_change() else result.unchanged).append(name)
