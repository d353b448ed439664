"""A run as data, for `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyinfra.api.state import Outcome

from .prints import FAILED, count, each_operation, expected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyinfra.api import Host, State


def inventory(hosts: Iterable[Host], shown: Any) -> list[dict[str, Any]]:
    """Give hosts as data.

    Args:
        hosts: the hosts.
        shown: gives a host's data as it may be shown.

    Returns:
        For each host its `name`, `groups` and `data`.
    """
    return [{"name": host.name, "groups": host.groups, "data": shown(host.data.dict())} for host in hosts]


def preview(state: State) -> dict[str, Any]:
    """Give what would change.

    Args:
        state: the run, prepared.

    Returns:
        `plan`, as pyinfra 3 has it: for each operation the hosts that it would change; `results`, None; and `hosts`:
        by host, what is expected of each of its operations.
    """
    hosts: dict[str, Any] = {host.name: [] for host in state.inventory.iter_activated_hosts()}
    for op_hash, host, data in each_operation(state):
        hosts[host.name].append({**_named(state, op_hash), "expected": expected(data)})
    return {"plan": _plan(state), "results": None, "hosts": hosts}


def outcome(state: State, stopped: str | None = None) -> dict[str, Any]:
    """Give what became of a run.

    Args:
        state: the run.
        stopped: why it ended early.

    Returns:
        `plan` and `results`, as pyinfra 3 has them; `hosts`: by host, what became of each of its operations; `counts`,
        those of the summary; `stopped`.
    """
    hosts: dict[str, Any] = {
        host.name: {"failed": host in state.failed_hosts, "operations": []}
        for host in state.inventory.iter_activated_hosts()
    }
    for op_hash, host, data in each_operation(state):
        meta = data.operation_meta
        hosts[host.name]["operations"].append(
            {
                **_named(state, op_hash),
                "outcome": data.outcome.value if data.outcome else None,
                "error": data.error,
                "commands": len(meta._commands or ()),
                "report": meta.report,
                "output": meta.stdout_lines if meta.is_complete() else [],
            }
        )
    return {
        "plan": _plan(state),
        "results": _results(state),
        "hosts": hosts,
        "counts": count(state),
        "stopped": stopped,
    }


def _named(state: State, op_hash: str) -> dict[str, Any]:
    meta = state.op_meta[op_hash]
    return {"operation": meta.op_name, "names": sorted(meta.names)}


def _described(state: State, op_hash: str) -> dict[str, Any]:
    meta = state.op_meta[op_hash]
    names = sorted(meta.names)
    return {"op_hash": op_hash, "name": ", ".join(names), "names": names, "args": meta.args}


def _plan(state: State) -> list[dict[str, Any]]:
    plan = {
        op_hash: {**_described(state, op_hash), "hosts_with_change": [], "hosts_with_conditional_change": []}
        for op_hash in state.get_op_order()
    }
    for op_hash, host, data in each_operation(state):
        what = expected(data)
        if what == "conditional":
            plan[op_hash]["hosts_with_conditional_change"].append(host.name)
        elif what != "no change":
            plan[op_hash]["hosts_with_change"].append(host.name)
    return list(plan.values())


def _results(state: State) -> dict[str, Any]:
    kinds = ("success", "error", "no_change")
    operations: dict[str, dict[str, Any]] = {
        op_hash: {**_described(state, op_hash), "hosts": 0, **{kind: [] for kind in kinds}}
        for op_hash in state.get_op_order()
    }
    for op_hash, host, data in each_operation(state):
        if data.outcome is not None:
            failed = data.outcome in FAILED
            kind = "error" if failed else "success" if data.outcome is Outcome.CHANGED else "no_change"
            operations[op_hash]["hosts"] += 1
            operations[op_hash][kind].append(host.name)
    every = list(operations.values())
    totals = {kind: sum(len(one[kind]) for one in every) for kind in kinds}
    return {
        "operations": every,
        "totals": {"hosts": sum(one["hosts"] for one in every), **totals},
        "failed_hosts": sorted(host.name for host in state.failed_hosts),
    }
