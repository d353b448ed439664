"""Deploy code run on hosts from a test, and what became of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyinfra_testkit._tree import RESTLESS, Tree, differences, look
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
        paths: what changed in the file system, where `assert_preview_true` looked.
    """

    predicted: list[str] = field(default_factory=list)
    conditional: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    commands: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)


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
        if hosts == "@local" or not isinstance(hosts, str):
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


def assert_preview_true(
    hosts: RealHost | list[RealHost] | str,
    code: Callable[[], Any],
    *,
    user: str = "deploy",
    root: str | os.PathLike[str] | None = None,
    **config: Any,
) -> Result:
    """Preview deploy code, then run it: what changes must be what the preview said, by the file system too.

    The preview itself must change no file; the run must change what was previewed and nothing else, and no file at all
    where no change was previewed.

    Args:
        hosts: real hosts; or a name such as `@local`.
        code: as for `run_deploy`.
        user: as for `run_deploy`.
        root: the folder that is looked at, on this machine for `@local` and on each host for real ones; for these, by
            default, all but what changes by itself (`/proc`, `/run`, `/tmp`, `/var/cache`, `/var/log` …).
        **config: as for `run_deploy`.

    Returns:
        What became of the run; its `paths` are those that changed.

    Raises:
        AssertionError: something failed, or the preview was wrong.
        TypeError: there is no `root` for a host whose file system can't be seen.
    """
    trees = _trees(hosts, root)
    before = [look(tree) for tree in trees]
    preview = run_deploy(hosts, code, user=user, dry=True, **config)
    assert not preview.failed, f"the preview failed: {preview.failed}"
    touched = differences(before, [look(tree) for tree in trees])
    assert not touched, f"the preview itself changed {touched}"
    result = run_deploy(hosts, code, user=user, **config)
    assert not result.failed, f"the run failed: {result.failed}"
    certain = [name for name in result.changed if name not in result.conditional]
    assert preview.predicted == certain, f"previewed {preview.predicted}, changed {result.changed}"
    # A real host's path is another one after a reboot.
    result.paths = differences(before, [look(tree) for tree in _trees(hosts, root)])
    if not result.changed:
        assert not result.paths, f"previewed no change, changed {result.paths}"
    return result


def _trees(hosts: Any, root: str | os.PathLike[str] | None) -> list[Tree]:
    if isinstance(hosts, str | Mapping):
        if root is None or isinstance(hosts, Mapping):
            raise TypeError(
                "root must name the folder that the deploy changes; of ssh data there is none to look at"
            )
        return [Tree(Path(root))]
    several = hosts if isinstance(hosts, list) else [hosts]
    if root is None:
        return [Tree(host.root, RESTLESS) for host in several]
    return [Tree(host.root / os.fspath(root).lstrip("/")) for host in several]


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
