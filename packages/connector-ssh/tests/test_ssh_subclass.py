"""Connectors of others that build on this one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from pyinfra.api import Config, Inventory, QuoteString, State, StringCommand
from pyinfra.connectors.ssh import SSHConnector

if TYPE_CHECKING:
    from pathlib import Path


class Wrapping(SSHConnector):
    """Runs each command in something on the host, as published connectors do."""

    def run_shell_command(
        self, command: StringCommand, print_output: bool = False, print_input: bool = False, **arguments: Any
    ) -> Any:
        inner = StringCommand("env", "INSIDE=yes", "sh", "-c", QuoteString(command))
        return super().run_shell_command(inner, print_output, print_input, **arguments)


class Inheriting(SSHConnector):
    """Only finds its hosts elsewhere."""

    @staticmethod
    def make_names_data(name: str) -> Any:
        yield f"@found/{name}", {"ssh_hostname": "127.0.0.1"}, ["@found"]


class Declaring(Wrapping):
    """Says what its own way of running commands can do."""

    handles_batches = True

    def run_shell_command(self, *args: Any, **kwargs: Any) -> Any:
        return super().run_shell_command(*args, **kwargs)


def test_a_subclass_works(sshd: Any) -> None:
    state = State(Inventory(([("target", sshd.data())], {})), Config())
    made = Wrapping(state, state.inventory.get_host("target"))
    made.connect()

    try:
        assert made.run_shell_command(StringCommand("echo $INSIDE"))[1].stdout == "yes"
    finally:
        made.disconnect()


class Dropping(SSHConnector):
    """Passes on no stdin."""

    def run_shell_command(self, command: StringCommand, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("_stdin", None)
        return super().run_shell_command(command, *args, **kwargs)


@pytest.mark.parametrize("protocol", [None, "sftp"])
def test_uploads_need_nothing_of_a_subclass(sshd: Any, tmp_path: Path, protocol: str | None) -> None:
    data = sshd.data(**({"ssh_file_transfer_protocol": protocol} if protocol else {}))
    state = State(Inventory(([("target", data)], {})), Config())
    made = Dropping(state, state.inventory.get_host("target"))
    made.connect()

    try:
        made.put_file(io.BytesIO(b"whole"), str(tmp_path / "file"))
    finally:
        made.disconnect()

    assert (tmp_path / "file").read_bytes() == b"whole"


def test_a_promise_is_not_inherited_by_another_way_of_running_commands() -> None:
    assert SSHConnector.handles_batches
    assert Inheriting.handles_batches
    assert Inheriting.max_calls == SSHConnector.max_calls > 1
    assert not Wrapping.handles_batches
    assert Wrapping.max_calls == 1
    assert Declaring.handles_batches
