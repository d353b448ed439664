"""Commands that install all of what they were asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyinfra.api import Host, OperationError, StringCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput

# Of yum 3, and of dnf where it is configured to pass over what it can't find (strict=0).
_PASSED_OVER = re.compile(r"No package \S+ available\b|Cannot open: .*\bSkipping\.|No match for argument: ")


class InstallCommand(StringCommand):
    """An installation or upgrade, which fails where a package is not to be had.

    yum, and dnf where it is so configured, say so, install the others, and succeed.

    Args:
        command: the command.
    """

    def __init__(self, command: StringCommand) -> None:
        super().__init__(*command.bits, _separator=command.separator, **command.connector_arguments)

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        # In English, to be read, and nothing else: packages' scripts see the host's locale as it is.
        arguments: Any = dict(connector_arguments)
        arguments["_env"] = {"LANGUAGE": "en", **(arguments.get("_env") or {})}
        done, output = super().execute(state, host, arguments)
        lines = (line.strip() for line in output.output_lines)
        passed_over = [line for line in lines if _PASSED_OVER.match(line)]
        if done and passed_over:
            raise OperationError(f"{host.name}: not everything was installed: {'; '.join(passed_over)}")
        return done, output
