"""The hooks of pyinfra: the whole contract between core, the command line and plugins that watch or extend them.

A plugin names a module in its entry point group `pyinfra.plugins`, and implements hooks there:

    from pyinfra.plugins.spec import hookimpl

    @hookimpl
    def pyinfra_operation_host_end(state, host, op_hash, outcome):
        ...

A hook may take any of its arguments, by name. A function that starts with `pyinfra_` and is no hook fails at load.
Observers return nothing, and one that raises is reported and changes nothing for the run. They are called on the
engine's thread, so they must not block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from pyinfra.api.host import Host
    from pyinfra.api.state import Outcome, State, StateStage

PROJECT = "pyinfra"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class InventorySource:
    """A way to get an inventory that is no file of ours.

    Attributes:
        name: what it is called on the command line: `NAME:ARGUMENT`.
        load: given ARGUMENT, gives each group's `(hosts, data)` by name, as an inventory file does.
    """

    name: str
    load: Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class SecretSource:
    """Something that knows passwords.

    Attributes:
        name: what it is called in messages.
        get: given a host and a key of its data (`ssh_password`, `_sudo_password`), gives the secret, or None.
    """

    name: str
    get: Callable[[Host, str], str | None]


@dataclass(frozen=True)
class ReportFormat:
    """A format in which the results of a run are written.

    Attributes:
        name: what it is called on the command line.
        render: given the run, gives the report's text.
    """

    name: str
    render: Callable[[State], str]


class Hooks:
    """Every hook, with its arguments."""

    @hookspec
    def pyinfra_run_start(self, state: State) -> None:
        """Operations are about to be executed."""

    @hookspec
    def pyinfra_run_end(self, state: State) -> None:
        """Operations have been executed, or as many as could be."""

    @hookspec
    def pyinfra_stage(self, state: State, stage: StateStage) -> None:
        """The run has gone on to a stage."""

    @hookspec
    def pyinfra_host_connecting(self, state: State, host: Host) -> None:
        """A host is about to be connected to."""

    @hookspec
    def pyinfra_host_connected(self, state: State, host: Host) -> None:
        """A host is connected."""

    @hookspec
    def pyinfra_host_connect_error(self, state: State, host: Host, error: Exception) -> None:
        """A host could not be connected to."""

    @hookspec
    def pyinfra_host_disconnected(self, state: State, host: Host) -> None:
        """A host is disconnected."""

    @hookspec
    def pyinfra_fact_start(self, state: State, host: Host, fact: type, arguments: Mapping[str, Any]) -> None:
        """A fact is asked of a host; answers of the cache are not announced."""

    @hookspec
    def pyinfra_fact_end(
        self, state: State, host: Host, fact: type, arguments: Mapping[str, Any], error: Exception | None
    ) -> None:
        """A fact is told, or could not be."""

    @hookspec
    def pyinfra_operation_start(self, state: State, op_hash: str) -> None:
        """An operation starts."""

    @hookspec
    def pyinfra_operation_host_start(self, state: State, host: Host, op_hash: str) -> None:
        """An operation starts on a host."""

    @hookspec
    def pyinfra_operation_host_retry(
        self, state: State, host: Host, op_hash: str, retry_num: int, max_retries: int
    ) -> None:
        """An operation is about to be tried again on a host."""

    @hookspec
    def pyinfra_operation_host_end(
        self,
        state: State,
        host: Host,
        op_hash: str,
        outcome: Outcome,
        retry_count: int,
        max_retries: int,
        error: str | None,
    ) -> None:
        """An operation is through on a host; `error` says in one line what went wrong."""

    @hookspec
    def pyinfra_operation_end(self, state: State, op_hash: str) -> None:
        """An operation is through on all hosts."""

    @hookspec
    def pyinfra_cli_commands(self) -> Iterable[Any]:
        """Give click commands for `pyinfra NAME …`."""
        return ()

    @hookspec
    def pyinfra_inventory_sources(self) -> Iterable[InventorySource]:
        """Give inventory sources."""
        return ()

    @hookspec
    def pyinfra_secret_sources(self) -> Iterable[SecretSource]:
        """Give secret sources."""
        return ()

    @hookspec
    def pyinfra_report_formats(self) -> Iterable[ReportFormat]:
        """Give report formats."""
        return ()
