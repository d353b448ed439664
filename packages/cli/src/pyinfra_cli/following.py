"""What the command line shows as a run goes on: observers, which implement hooks as those of any plugin do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyinfra.api.output import printable
from pyinfra.api.state import Outcome
from pyinfra.api.util import get_kwargs_str
from pyinfra.plugins.hooks import new_manager, register
from pyinfra.plugins.spec import hookimpl

from .log import screen, style
from .prints import COLOURS, FAILED, WORDS, connect_errors, of_host

if TYPE_CHECKING:
    from pyinfra.api import Host, State


def follow(state: State, verbosity: int, quiet: bool = False, one_command: bool = False) -> None:
    """Show lines as the run goes on.

    Args:
        state: the run.
        verbosity: with 1 and above, what did not change too.
        quiet: show nothing but errors: the result will be JSON.
        one_command: the run is `exec`, whose output says it all.
    """
    manager = new_manager()
    for observer in observers(verbosity, quiet, one_command):
        register(manager, observer, f"of the command line ({type(observer).__name__})")
    state.engine.events.listen_to_hooks(manager)


def observers(verbosity: int, quiet: bool, one_command: bool) -> Iterator[object]:
    """Give those that follow a run; the arguments are those of `follow`."""
    yield ConnectErrors()
    if quiet:
        return
    yield Lines(verbosity, one_command)
    if verbosity:
        yield Facts()
    if sys.stdout.isatty():
        from .progress import Progress

        yield Progress()


class ConnectErrors:
    """Tells on stderr which hosts are not reached, and notes it for the summary and for JSON."""

    @hookimpl
    def pyinfra_host_connect_error(self, host: Host, error: Exception) -> None:
        """Tell of a host that is not reached."""
        connect_errors[host] = str(error)
        screen.line(f"    [{host.name}] {style('could not connect', 'red')}: {error}", err=True)


class Facts:
    """Shows each fact that was loaded."""

    @hookimpl
    def pyinfra_fact_end(
        self, host: Host, fact: Any, arguments: Mapping[str, Any], error: Exception | None
    ) -> None:
        """Show a fact."""
        if error is None:
            with_what = f" ({get_kwargs_str(dict(arguments))})" if arguments else ""
            screen.line(f"    [{style(host.name, bold=True)}] Loaded fact {fact.name}{with_what}")


class Lines:
    """Shows a line for each host that is connected, and for what became of each operation on it.

    Args:
        verbosity: with 1 and above, what did not change too.
        one_command: only what fails; the output of the one command says the rest.
    """

    def __init__(self, verbosity: int, one_command: bool) -> None:
        self._verbosity = verbosity
        self._one_command = one_command

    @hookimpl
    def pyinfra_host_connected(self, host: Host) -> None:
        """Show a host that is connected."""
        screen.line(f"    [{host.name}] {style('Connected', 'green')}")

    @hookimpl
    def pyinfra_operation_host_retry(
        self, state: State, host: Host, op_hash: str, retry_num: int, max_retries: int
    ) -> None:
        """Show that an operation is tried again."""
        again = style(f"retry {retry_num} of {max_retries}", "yellow")
        screen.line(f"    {of_host(state, host, op_hash)} ({again})")

    @hookimpl
    def pyinfra_operation_host_end(
        self, state: State, host: Host, op_hash: str, outcome: Outcome, error: str | None
    ) -> None:
        """Show what became of an operation; of one that failed, its output too."""
        if outcome not in FAILED and (
            self._one_command or (outcome is not Outcome.CHANGED and not self._verbosity)
        ):
            return
        data = state.ops[host][op_hash]
        word = WORDS[outcome]
        if outcome in FAILED and data.global_arguments.get("_ignore_errors"):
            word += ", ignored"
        # An operation that changed something may have been told of a part that needed nothing.
        why = data.noop_description if self._verbosity and outcome is Outcome.UNCHANGED else None
        said = f": {error or why}" if error or why else ""
        screen.line(f"{of_host(state, host, op_hash)} ({style(word, COLOURS[outcome])}){said}")
        for change in data.operation_meta.report:
            screen.line(f"    {printable(change)}")
        if outcome in FAILED and not state.print_output:
            for line in (
                data.operation_meta._output().combined_lines if data.operation_meta.is_complete() else ()
            ):
                screen.line(f"    [{host.name}] {printable(line.line)}")
