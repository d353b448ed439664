"""What the command line says of a run: the preview, and the summary."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pyinfra.api.hiddenvalue import mask
from pyinfra.api.state import Outcome

from .log import screen, style
from .util import shown_data, to_json

if TYPE_CHECKING:
    from pyinfra.api import Host, State
    from pyinfra.api.state import AwaitedResult, StateOperationHostData, StateOperationMeta

COLOURS = {
    Outcome.CHANGED: "green",
    Outcome.UNCHANGED: "cyan",
    Outcome.SKIPPED: "cyan",
    Outcome.FAILED: "red",
    Outcome.UNKNOWN: "red",
}
WORDS = {
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "no change",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "unknown: the connection was lost, it may or may not have run",
}
FAILED = (Outcome.FAILED, Outcome.UNKNOWN)
connect_errors: WeakKeyDictionary[Host, str] = WeakKeyDictionary()


def describe(meta: StateOperationMeta) -> str:
    """Give an operation in a line: its public name, and what it is called or its arguments."""
    names = sorted(name for name in meta.names if name != meta.op_name)
    text = "; ".join(names) if names else ", ".join(meta.args)
    return f"{meta.op_name}: {text}" if text else meta.op_name


def of_host(state: State, host: Host, op_hash: str) -> str:
    """Give an operation on a host in a line."""
    return f"[{style(host.name, bold=True)}] {describe(state.op_meta[op_hash])}"


def each_operation(state: State) -> Iterator[tuple[str, Host, StateOperationHostData]]:
    """Give each operation on each host, in the order of the run: its hash, the host, and what is known of it."""
    for op_hash in state.get_op_order():
        for host in state.inventory:
            data = state.ops[host].get(op_hash)
            if data is not None:
                yield op_hash, host, data


def expected(data: StateOperationHostData) -> str:
    """Give what is expected of an operation: `no change`, `will change`, `may change` or `conditional`."""
    known = data.operation_meta._maybe_is_change
    if known is False:
        return "no change"
    if data.global_arguments.get("_if"):
        return "conditional"
    return "may change" if known is None else "will change"


def would_change(state: State) -> bool:
    """Tell whether any operation is not known to change nothing."""
    return any(data.outcome is None and expected(data) != "no change" for _, _, data in each_operation(state))


def has_failed(state: State) -> bool:
    """Tell whether a host failed, or an operation whose failure was not to be ignored."""
    return bool(state.failed_hosts)


def print_meta(state: State, verbosity: int = 0) -> None:
    """Show what would change.

    Args:
        state: the run, prepared.
        verbosity: with 1 and above, what would not change too.
    """
    screen.line("--> Proposed changes:")
    counts = certain = 0
    for op_hash, host, data in each_operation(state):
        if data.outcome is not None:
            continue
        change = expected(data)
        if change == "no change":
            if verbosity:
                why = f": {data.noop_description}" if data.noop_description else ""
                screen.line(f"    {of_host(state, host, op_hash)} ({style('no change', 'cyan')}){why}")
            continue
        counts += 1
        certain += change == "will change"
        screen.line(f"    {of_host(state, host, op_hash)} ({style(change, 'yellow')})")
    if not counts:
        screen.line("    none")
    screen.line()
    screen.line(f"--> Operations: {len(state.get_op_order())}")
    # an operation tells its commands only as it runs: each that will change something has one, if not more
    screen.line(f"--> Commands to execute: {certain}{' or more' if counts else ''}")
    screen.line(f"--> Hosts: {len(state.active_hosts)}")
    screen.line()


def print_awaited(awaited: Iterable[AwaitedResult], answered: bool) -> None:
    """Show for which results deploy code waits before it goes on.

    Args:
        awaited: the results.
        answered: whether what is expected is the answer, since nothing is run.
    """
    for result in awaited:
        file, line = result.meta.location or ("", 0)
        place = f", {Path(file).name}:{line}" if file else ""
        name = "; ".join(sorted(result.meta.names))
        more = (
            "what follows supposes that it goes as expected" if answered else "more follows when it has run"
        )
        screen.line(f"    [{style(result.host.name, bold=True)}] {more}: {name}{place}")


def print_results(state: State, stopped: str | None = None, brief: bool = False) -> None:
    """Show what became of a run.

    Args:
        state: the run.
        stopped: why it ended early.
        brief: leave out the counts, unless something failed.
    """
    counts = count(state)
    if screen.quiet:
        from .report import outcome

        print_json(outcome(state, stopped))
        return
    if stopped:
        screen.line(f"--> {style('Stopped', 'red', bold=True)}: {stopped}")
    failures = _failures(state)
    if failures:
        screen.line(f"--> {style('Failed', 'red')}:")
        for line in failures:
            screen.line(line)
    if brief and not failures and not stopped:
        return
    screen.line("--> Results:")
    for name, number in counts.items():
        screen.line(f"{name}: {number}")
    failed = sorted(host.name for host in state.failed_hosts)
    if failed:
        screen.line(f"Failed hosts: {', '.join(failed)}")


def _failures(state: State) -> list[str]:
    """A line for each host that could not be connected to, and for each operation that failed."""
    unreached = [
        f"    [{style(host.name, bold=True)}] could not connect: {connect_errors[host]}"
        for host in state.inventory
        if host in state.failed_hosts and host in connect_errors
    ]
    return unreached + [
        f"    {of_host(state, host, op_hash)}: {data.error}"
        + (" (ignored)" if data.global_arguments.get("_ignore_errors") else "")
        for op_hash, host, data in each_operation(state)
        if data.outcome in FAILED
    ]


def count(state: State) -> dict[str, int]:
    """Count what a run did."""
    every = [data for operations in state.ops.values() for data in operations.values()]
    return {
        "Operations": len({op_hash for operations in state.ops.values() for op_hash in operations}),
        "Commands": sum(len(data.operation_meta._commands or ()) for data in every),
        "Changes": sum(data.outcome is Outcome.CHANGED for data in every),
        "Hosts": len(state.activated_hosts),
    }


def print_json(value: Any) -> None:
    """Print JSON, and nothing else, on stdout."""
    stream = screen.stdout or sys.stdout
    stream.write(mask(to_json(value)) + "\n")
    stream.flush()


def print_facts(found: dict[str, dict[str, Any]], as_json: bool = False) -> None:
    """Show facts, each with its value by host."""
    if as_json:
        print_json(found)
        return
    for title, values in found.items():
        screen.line()
        screen.line(f"--> Fact data for: {title}")
        screen.line(to_json(values))


def print_inventory(hosts: Iterable[Host], as_json: bool = False) -> None:
    """Show hosts with their groups and data."""
    if as_json:
        from .report import inventory

        print_json(inventory(hosts, shown_data))
        return
    for host in hosts:
        screen.line()
        screen.line(f"[{style(host.name, bold=True)}]")
        screen.line(f"--> Groups: {', '.join(host.groups)}")
        screen.line("--> Data:")
        screen.line(to_json(shown_data(host.data.dict())))


def print_operations(state: State) -> None:
    """Show the operations as they were prepared."""
    shown = [
        {**vars(state.op_meta[op_hash]), "hash": op_hash, "global_arguments": None}
        for op_hash in state.get_op_order()
    ]
    print_json(shown) if screen.quiet else screen.line(to_json(shown))


def print_facts_asked(state: State) -> None:
    """Show the questions that hosts have answered."""
    shown = {host.name: state.engine.answers(host) for host in state.inventory.iter_activated_hosts()}
    print_json(shown) if screen.quiet else screen.line(to_json(shown))


def print_support() -> None:
    """Show what is useful for a bug report."""
    from importlib import metadata

    from pyinfra.version import __version__

    screen.line(f"pyinfra: v{__version__}")
    screen.line(f"Executable: {sys.argv[0]}")
    screen.line(f"Python: {platform.python_version()} ({platform.python_implementation()})")
    screen.line(f"System: {platform.system()} {platform.release()} {platform.machine()}")
    own = sorted(
        f"{found.metadata['Name']} {found.version}"
        for found in metadata.distributions()
        if (found.metadata["Name"] or "").startswith(("pyinfra", "paramiko", "greenlet", "click", "pluggy"))
    )
    screen.line(f"Distributions: {', '.join(dict.fromkeys(own))}")
