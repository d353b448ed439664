"""Taking keys anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra.api import Host, QuoteString, StringCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput


class RenewCommand(StringCommand):
    """A `ssh-keyscan` behind a `ssh-keygen -R`: where it fails, the keys that are gone are put back.

    Args:
        known_hosts: the file, which ssh-keygen has kept beside it with `.old` behind its name.
        bits: the command.
    """

    def __init__(self, known_hosts: str, *bits: object) -> None:
        super().__init__(*bits)
        self._known_hosts = known_hosts

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        scan = StringCommand(
            StringCommand(*self.bits),
            "|| { STATUS=$?; mv -f",
            QuoteString(f"{self._known_hosts}.old"),
            QuoteString(self._known_hosts),
            '; exit "$STATUS"; }',
        )
        return scan.execute(state, host, connector_arguments)
