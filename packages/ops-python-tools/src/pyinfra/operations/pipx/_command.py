"""Commands of pipx that do what they were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra.api import Host, QuoteString, StringCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput


class InstallCommand(StringCommand):
    """A `pipx install`, by force where the package is there in a version that does not do.

    pipx leaves such a package as it is, says so, and succeeds.

    Args:
        options: options of `pipx install`, quoted; empty for none.
        package: what to install.
    """

    def __init__(self, options: str, package: str) -> None:
        self._words: list[str | QuoteString] = [*([options] if options else []), QuoteString(package)]
        super().__init__("pipx install", *self._words)

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        done, output = super().execute(state, host, connector_arguments)
        if done and "already seems to be installed." in " ".join(output.output_lines):
            return StringCommand("pipx install --force", *self._words).execute(
                state, host, connector_arguments
            )
        return done, output
