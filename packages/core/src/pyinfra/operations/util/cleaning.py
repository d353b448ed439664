"""Commands after which nothing temporary is left on the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from pyinfra.api import StringCommand

if TYPE_CHECKING:
    from pyinfra.api import Host, State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput


class CleaningCommand(StringCommand):
    """A command behind which another one cleans up.

    Args:
        command: the command.
        clean_up: what cleans up.
        only_on_failure: whether what is there is needed further on, where the command succeeds.
    """

    def __init__(
        self, command: StringCommand, clean_up: StringCommand, only_on_failure: bool = False
    ) -> None:
        super().__init__(command)
        self._clean_up = clean_up
        self._only_on_failure = only_on_failure

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        done = False
        try:
            done, output = super().execute(state, host, connector_arguments)
        finally:
            if not (done and self._only_on_failure):
                host.run_shell_command(self._clean_up, **connector_arguments)
        return done, output
