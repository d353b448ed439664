"""Commands on a copy of a crontab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra.api import Host, QuoteString, StringCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput


class OnCopy(StringCommand):
    """A command on the copy of a crontab: nobody else reads the copy, and none is left behind.

    Args:
        copy: the copy's path.
        bits: the command.
        is_last: whether the copy goes when the command is through; else only where it fails.
    """

    def __init__(self, copy: str, *bits: object, is_last: bool = False) -> None:
        super().__init__(*bits)
        self._copy = copy
        self._is_last = is_last

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        remove = StringCommand("rm -f", QuoteString(self._copy))
        tidy = StringCommand(
            "umask 077; {",
            StringCommand(*self.bits),
            "; } && STATUS=0 || STATUS=$?;",
            *([remove, ";"] if self._is_last else ['[ "$STATUS" -eq 0 ] ||', remove, ";"]),
            'exit "$STATUS"',
        )
        return tidy.execute(state, host, connector_arguments)
