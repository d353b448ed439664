"""What operations need a host to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import OperationError
from pyinfra.api.facts import FactBase

if TYPE_CHECKING:
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

__all__ = ["check_tool"]


class _ToolPath(FactBase["str | None"]):
    """The path of a program, as the shell's `command -v` finds it; None where there is none."""

    side_effect_free = True

    @override
    def command(self, tool: str) -> StringCommand:
        return StringCommand("command -v", QuoteString(tool), "|| true")

    @override
    def process(self, output: list[str]) -> str | None:
        return output[0] if output else None


def check_tool(state: State, host: Host, tool: str) -> None:
    """Fail where a host lacks the program that an operation asks and runs.

    A fact of a program that is not there is empty, which looks like a host on which nothing is installed or runs. To be
    called where such a fact was empty. While changes are prepared it lets everything pass: an operation before may be
    about to install the program.

    Args:
        state: the run.
        host: the host.
        tool: the program's name or path.

    Raises:
        OperationError: the host has no such program.
    """
    if state.is_executing and host.get_fact(_ToolPath, tool=tool) is None:
        raise OperationError(
            f"{host.name} has no {tool}: install it first, or use the operation for what this host has instead"
        )
