"""An upload whose content goes ahead of the command that puts it in place."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, cast

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.output import echo
from pyinfra.connectors.util import CommandOutput, Delivery, deliver, extract_control_arguments

if TYPE_CHECKING:
    from pyinfra.api.arguments import ConnectorArguments
    from typing_extensions import Unpack

    from ._connector import SSHConnector
    from ._transfer import Content, Transfer


class StagedUpload:
    """Runs the one upload command, with its stdin moved to the host by a file transfer first.

    Args:
        connector: the connector.
        transfer: what moves the content.
        folder: the folder of the host for the temporary file.
    """

    def __init__(self, connector: SSHConnector, transfer: Transfer, folder: str) -> None:
        self._connector = connector
        self._transfer = transfer
        self._folder = folder
        self._prefix = connector.host.print_prefix

    def run_shell_command(
        self,
        command: StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        """Run a command with `_stdin` by way of a file; see `BaseConnector.run_shell_command`."""
        rest = cast("ConnectorArguments", dict(arguments))
        control = extract_control_arguments(rest)
        path = f"{self._folder}/pyinfra-{secrets.token_hex(8)}"
        try:
            self._transfer.upload(cast("Content", control.pop("_stdin", b"")), path)
            delivery = deliver(command, rest)
            # The login user's shell reads the file, whatever user the command runs as.
            line = StringCommand("cat", "-", QuoteString(path), "|", delivery.command)
            if print_input:
                echo(f"{self._prefix}>>> {line}")
            return self._connector.run_delivery(Delivery(line, delivery.stdin), control, print_output)
        finally:
            # What went wrong before says more than that nothing can be removed over a broken connection.
            with contextlib.suppress(PyinfraError):
                self._connector.run_delivery(
                    Delivery(StringCommand("rm", "-f", QuoteString(path)), b""), {}, False
                )
