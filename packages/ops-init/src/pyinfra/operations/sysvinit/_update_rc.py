"""Enabling a service with Debian's tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra.api import Host, QuoteString, StringCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput

_FAILED = "update-rc.d made no link in /etc/rc*.d: can they be written, and has the script levels as its Default-Start?"


class UpdateRcCommand(StringCommand):
    """An `update-rc.d … defaults`, which succeeds without a word where it can't make the links.

    Args:
        service: the service's name.
    """

    def __init__(self, service: str) -> None:
        super().__init__("update-rc.d", QuoteString(service), "defaults")
        self._service = service

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        links = StringCommand("/etc/rc?.d/S[0-9][0-9]", QuoteString(self._service), _separator="")
        return StringCommand(
            StringCommand(*self.bits),
            "&& { for LINK in",
            links,
            '; do [ ! -e "$LINK" ] || exit 0; done; echo',
            QuoteString(_FAILED),
            ">&2; exit 1; }",
        ).execute(state, host, connector_arguments)
