"""Running the operations of a run."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from .command import StringCommand
from .operation import operation

if TYPE_CHECKING:
    from .host import Host
    from .state import State


def run_ops(state: State, serial: bool = False, no_wait: bool = False) -> None:
    """Run all operations: every host finishes one before any host starts the next.

    Args:
        state: the run, prepared.
        serial: run all of them on one host, then on the next.
        no_wait: let each host go on without waiting for the others.

    Raises:
        RunFailedError: too many hosts failed.
    """
    state.engine.run_ops(serial=serial, no_wait=no_wait)


def run_host_op(state: State, host: Host, op_hash: str) -> bool:
    """Run one operation on one host.

    Args:
        state: the run.
        host: the host.
        op_hash: the operation.

    Returns:
        Whether it succeeded.
    """
    return state.engine.run_host_op(host, op_hash)


@operation(is_idempotent=False)
def exec_command(command: str | StringCommand) -> Generator[str | StringCommand, None, None]:
    """Run a command: what `pyinfra INVENTORY exec -- COMMAND` does.

    Args:
        command: the command line.
    """
    yield command


exec_command.op_name = "exec"
