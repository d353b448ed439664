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
    """Every hook, with its arguments.

    Args:
        state: the run: `state.inventory` has its hosts, `state.failed_hosts` those that failed.
        stage: how far it is; `stage.name` is `Connect`, `Prepare`, `Execute` or `Disconnect`.
        host: the host; `host.name` is what the inventory calls it.
        error: what went wrong: the exception of a connection or a fact, and of an operation a line of text; None where
            nothing did.
        fact: the fact's class; `fact.name` is its public name, such as `files.File`.
        arguments: the arguments that the fact is asked with, by name.
        op_hash: the operation: `state.get_op_meta(op_hash)` has its name and arguments.
        outcome: `Outcome.CHANGED`, `UNCHANGED`, `SKIPPED`, `FAILED` or `UNKNOWN`.
        retry_num: the number of the try that begins, 1 for the first after the one that failed.
        retry_count: how many tries it took after the first.
        max_retries: how many there may be after the first (`_retries`).
    """

    @hookspec
    def pyinfra_run_start(self, state: State) -> None:
        """Operations are about to be executed.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_run_start(state):
            print(f"deploying to {len(state.inventory)} hosts")
        ```
        """

    @hookspec
    def pyinfra_run_end(self, state: State) -> None:
        """Operations have been executed, or as many as could be.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_run_end(state):
            for host in state.failed_hosts:
                print(f"look after {host.name}")
        ```
        """

    @hookspec
    def pyinfra_stage(self, state: State, stage: StateStage) -> None:
        """The run has gone on to a stage.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_stage(stage):
            print(f"now: {stage.name.lower()}")
        ```
        """

    @hookspec
    def pyinfra_host_connecting(self, state: State, host: Host) -> None:
        """A host is about to be connected to.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_host_connecting(host):
            print(f"calling {host.name}")
        ```
        """

    @hookspec
    def pyinfra_host_connected(self, state: State, host: Host) -> None:
        """A host is connected.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_host_connected(host):
            print(f"{host.name} answers")
        ```
        """

    @hookspec
    def pyinfra_host_connect_error(self, state: State, host: Host, error: Exception) -> None:
        """A host could not be connected to.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_host_connect_error(host, error):
            print(f"{host.name} does not answer: {type(error).__name__}")
        ```
        """

    @hookspec
    def pyinfra_host_disconnected(self, state: State, host: Host) -> None:
        """A host is disconnected.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_host_disconnected(host):
            print(f"{host.name} is let go")
        ```
        """

    @hookspec
    def pyinfra_fact_start(self, state: State, host: Host, fact: type, arguments: Mapping[str, Any]) -> None:
        """A fact is asked of a host; answers of the cache are not announced.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_fact_start(host, fact, arguments):
            print(f"asking {host.name} for {fact.name} of {dict(arguments)}")
        ```
        """

    @hookspec
    def pyinfra_fact_end(
        self, state: State, host: Host, fact: type, arguments: Mapping[str, Any], error: Exception | None
    ) -> None:
        """A fact is told, or could not be.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_fact_end(host, fact, error):
            print(f"{host.name} told {fact.name}" if error is None else f"{host.name}: {error}")
        ```
        """

    @hookspec
    def pyinfra_operation_start(self, state: State, op_hash: str) -> None:
        """An operation starts.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_operation_start(state, op_hash):
            print("begins:", ", ".join(state.get_op_meta(op_hash).names))
        ```
        """

    @hookspec
    def pyinfra_operation_host_start(self, state: State, host: Host, op_hash: str) -> None:
        """An operation starts on a host.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_operation_host_start(state, host, op_hash):
            print(f"{state.get_op_meta(op_hash).op_name} begins on {host.name}")
        ```
        """

    @hookspec
    def pyinfra_operation_host_retry(
        self, state: State, host: Host, op_hash: str, retry_num: int, max_retries: int
    ) -> None:
        """An operation is about to be tried again on a host.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_operation_host_retry(host, retry_num, max_retries):
            print(f"{host.name}: try {retry_num} of {max_retries} more")
        ```
        """

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
        """An operation is through on a host; `error` says in one line what went wrong.

        **Example:**

        ```python
        from pyinfra.api.state import Outcome
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_operation_host_end(host, outcome, error):
            if outcome in (Outcome.FAILED, Outcome.UNKNOWN):
                print(f"{host.name} {outcome.value}: {error}")
        ```
        """

    @hookspec
    def pyinfra_operation_end(self, state: State, op_hash: str) -> None:
        """An operation is through on all hosts.

        **Example:**

        ```python
        from pyinfra.plugins.spec import hookimpl

        @hookimpl
        def pyinfra_operation_end(state, op_hash):
            print(f"{state.get_op_meta(op_hash).op_name} is through")
        ```
        """

    @hookspec
    def pyinfra_cli_commands(self) -> Iterable[Any]:
        """Give click commands for `pyinfra NAME …`.

        `pyinfra greet you` says hello.

        **Example:**

        ```python
        import click
        from pyinfra.plugins.spec import hookimpl

        @click.command("greet")
        @click.argument("name")
        def greet(name):
            '''Greet somebody.'''
            click.echo(f"hello, {name}")

        @hookimpl
        def pyinfra_cli_commands():
            return [greet]
        ```
        """
        return ()

    @hookspec
    def pyinfra_inventory_sources(self) -> Iterable[InventorySource]:
        """Give inventory sources.

        `pyinfra rack:north deploy.py` deploys to the hosts that `load("north")` gives.

        **Example:**

        ```python
        from pyinfra.plugins.spec import InventorySource, hookimpl

        def load(argument):
            hosts = [(f"@fake/{argument}-{number}", {"rack": argument}) for number in (1, 2)]
            return {"racks": (hosts, {"datacentre": "vienna"})}

        @hookimpl
        def pyinfra_inventory_sources():
            return [InventorySource("rack", load)]
        ```
        """
        return ()

    @hookspec
    def pyinfra_secret_sources(self) -> Iterable[SecretSource]:
        """Give secret sources.

        What a source gives is masked in all output. It is asked for passwords that the host's data lacks.

        **Example:**

        ```python
        from pathlib import Path

        from pyinfra.plugins.spec import SecretSource, hookimpl

        def get(host, key):
            file = Path("secrets") / key
            return file.read_text().strip() if file.is_file() else None

        @hookimpl
        def pyinfra_secret_sources():
            return [SecretSource("folder", get)]
        ```
        """
        return ()

    @hookspec
    def pyinfra_report_formats(self) -> Iterable[ReportFormat]:
        """Give report formats.

        `pyinfra --report counts=counts.json inventory.py deploy.py` writes the report when the run is over.

        **Example:**

        ```python
        import json

        from pyinfra.plugins.spec import ReportFormat, hookimpl

        def render(state):
            return json.dumps({host.name: results.success_ops for host, results in state.results.items()})

        @hookimpl
        def pyinfra_report_formats():
            return [ReportFormat("counts", render)]
        ```
        """
        return ()
