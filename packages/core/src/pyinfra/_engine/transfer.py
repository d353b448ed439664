"""Uploads, whole or not at all, over any connector."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.util import get_file_io
from pyinfra.connectors.util import Placement, put_file_by_stdin, upload_command

if TYPE_CHECKING:
    from pyinfra.api.host import Host


def put_file(
    host: Host,
    filename_or_io: Any,
    remote_filename: str,
    remote_temp_filename: str | None = None,
    print_output: bool = False,
    print_input: bool = False,
    placement: Placement | None = None,
    **arguments: Any,
) -> bool:
    """Upload a file; runs in a connector call.

    A connector that takes batches has binary stdin and does it in one command. For any other, its `put_file` places
    the bytes under a private temporary name, and a command moves them into place.

    Args:
        host: the host.
        filename_or_io: a local path, or an IO.
        remote_filename: the destination.
        remote_temp_filename: the temporary name.
        print_output: whether to echo output.
        print_input: whether to echo commands.
        placement: what the file must be before it is put in its place.
        **arguments: connector arguments.

    Returns:
        Whether it is in place.
    """
    connector = host.connector
    shown: dict[str, Any] = {"print_output": print_output, "print_input": print_input}
    if connector.places_files:
        shown["placement"] = placement
    if connector.places_files or (
        placement is None and (connector.handles_batches or connector.replaces_files)
    ):
        return connector.put_file(filename_or_io, remote_filename, remote_temp_filename, **shown, **arguments)
    if connector.handles_batches:
        return put_file_by_stdin(
            connector, filename_or_io, remote_filename, placement=placement, **shown, **arguments
        )
    return _place_by_command(host, filename_or_io, remote_filename, placement, shown, arguments)


def _place_by_command(
    host: Host,
    filename_or_io: Any,
    remote_filename: str,
    placement: Placement | None,
    shown: dict[str, Any],
    arguments: dict[str, Any],
) -> bool:
    connector = host.connector
    # A name that others could guess might be there before, as a link to somewhere else.
    temp = host.get_temp_filename(secrets.token_hex(16))
    with get_file_io(filename_or_io) as source:
        content = source.read()
    size = len(content.encode() if isinstance(content, str) else content)
    private = StringCommand("umask 077 && set -C && : >", QuoteString(temp))
    if not connector.run_shell_command(private, **shown)[0]:
        raise PyinfraError(f"could not make the temporary file {temp}")
    try:
        if not connector.put_file(filename_or_io, temp, **shown):
            return False
        place = StringCommand(upload_command(remote_filename, size, placement), "<", QuoteString(temp))
        done, output = connector.run_shell_command(place, **shown, **arguments)
        if not done:
            raise PyinfraError(
                f"could not write {remote_filename}: {output.stderr.strip() or 'no reason given'}"
            )
    finally:
        connector.run_shell_command(StringCommand("rm", "-f", QuoteString(temp)), **shown)
    return True
