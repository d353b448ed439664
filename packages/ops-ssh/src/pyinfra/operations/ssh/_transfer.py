"""Files to and from other hosts."""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import File
from pyinfra.operations.util.cleaning import undone
from typing_extensions import override

from ._commands import command
from ._keyscan import keyscan
from ._target import check_filename, check_host, local_file, target


@operation(is_idempotent=False)
def upload(
    hostname: str,
    filename: str,
    remote_filename: str | None = None,
    port: int = 22,
    user: str | None = None,
    use_remote_sudo: bool = False,
    ssh_keyscan: bool = False,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Copy a file of this host to another one, by scp from this one.

    Args:
        hostname: the other host.
        filename: the file on this host.
        remote_filename: the file there; the same path by default.
        port: the port there.
        user: the user there.
        use_remote_sudo: whether to have sudo put it in its place there.
        ssh_keyscan: whether to take the other host's keys as known first, as `ssh.keyscan` does.

    Raises:
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value is empty, or ssh would take it for an option.

    **Example:**

    ```python
    from pyinfra.operations import ssh

    ssh.upload(
        name="Hand the dump over",
        hostname="backup.internal",
        filename="/var/backups/dump.sql",
        user="backup",
    )
    ```
    """
    check_host(hostname, user, port)
    check_filename("filename", filename)
    there = filename if remote_filename is None else remote_filename
    check_filename("remote_filename", there)
    if ssh_keyscan:
        yield from keyscan._inner(hostname, port=port)
    if not use_remote_sudo:
        yield _scp(port, local_file(filename), _remote(hostname, user, there))
        return
    temporary = host.get_temp_filename(secrets.token_hex())
    copy = _scp(port, local_file(filename), _remote(hostname, user, temporary))
    dest = QuoteString(f"./{there}" if there.startswith("-") else there)
    move = StringCommand("sudo mv", QuoteString(temporary), dest)
    remove = StringCommand("rm -f", QuoteString(temporary))
    put, undo = (
        list(command._inner(hostname, one.get_raw_value(), user=user, port=port)) for one in (move, remove)
    )
    yield from undone([copy, *put], undo)


@operation()
def download(
    hostname: str,
    filename: str,
    local_filename: str | None = None,
    force: bool = False,
    port: int = 22,
    user: str | None = None,
    ssh_keyscan: bool = False,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Copy a file of another host to this one, by scp from this one; one that is there is left as it is.

    Args:
        hostname: the other host.
        filename: the file there.
        local_filename: the file on this host; the same path by default.
        force: whether to copy it each time.
        port: the port there.
        user: the user there.
        ssh_keyscan: whether to take the other host's keys as known first, as `ssh.keyscan` does.

    Raises:
        OperationError: what is in its place is no file.
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value is empty, or ssh would take it for an option.

    **Example:**

    ```python
    from pyinfra.operations import ssh

    ssh.download(
        name="Get the dump",
        hostname="database.internal",
        filename="/var/backups/dump.sql",
        local_filename="/srv/dump.sql",
    )
    ```
    """
    check_host(hostname, user, port)
    check_filename("filename", filename)
    here = filename if local_filename is None else local_filename
    check_filename("local_filename", here)
    info = host.get_fact(File, path=here)
    if info is False:
        raise OperationError(f"Local destination {here} already exists and is not a file")
    if info and not force:
        host.noop(f"file {filename} is already downloaded")
        return
    if ssh_keyscan:
        yield from keyscan._inner(hostname, port=port)
    yield _Fetch(port, _remote(hostname, user, filename), here)


class _Fetch(StringCommand):
    """An scp to this host, by way of a file beside the one that it is for: half of it would be taken for the whole.

    Args:
        port: the other host's port.
        source: the file there.
        dest: the file here.
    """

    def __init__(self, port: int, source: StringCommand, dest: str) -> None:
        super().__init__(*_scp(port, source, local_file(dest)).bits)
        self._port, self._source, self._dest = port, source, dest

    @override
    def as_run(self) -> StringCommand:
        beside = posixpath.join(posixpath.dirname(self._dest), f".pyinfra-{secrets.token_hex(6)}")
        dest, partial = local_file(self._dest), local_file(beside)
        return StringCommand(
            *("( trap 'exit 1' HUP INT TERM PIPE; trap", QuoteString(StringCommand("rm -f", partial))),
            *("EXIT; { [ ! -f", dest, "] || cp -p", dest, partial, "; } &&"),
            *(_scp(self._port, self._source, partial), "&& mv -f", partial, dest, ")"),
        )


def _remote(hostname: str, user: str | None, filename: str) -> StringCommand:
    return StringCommand(target(hostname, user), ":", QuoteString(filename), _separator="")


def _scp(port: int, source: QuoteString | StringCommand, dest: QuoteString | StringCommand) -> StringCommand:
    return StringCommand("scp -P", QuoteString(str(port)), source, dest)
