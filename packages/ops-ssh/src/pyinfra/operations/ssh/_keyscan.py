"""The keys of other hosts."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import FindInFile
from pyinfra.facts.server import Home
from pyinfra.operations import files
from pyinfra.operations.util.undoing import UndoingCommand, appending
from typing_extensions import override

from ._target import check_host

SSH_PORT = 22


@operation(together=True)
def keyscan(
    hostname: str, force: bool = False, port: int = 22
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have another host's keys in the user's `known_hosts`.

    The keys are taken as the network gives them: whoever can answer for the host can give others. Where that
    matters, put keys that you know into `known_hosts` instead.

    Args:
        hostname: the other host.
        force: whether to take its keys anew, each time; where it gives none, those that were known stay.
        port: the port there.

    Raises:
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value is empty, or ssh would take it for an option.

    **Example:**

    ```python
    from pyinfra.operations import ssh

    ssh.keyscan(
        name="Know the repository's host",
        hostname="git.internal",
    )
    ```
    """
    check_host(hostname, None, port)
    folder = f"{host.get_fact(Home)}/.ssh"
    yield from files.directory._inner(path=folder, mode="700")
    known_hosts = f"{folder}/known_hosts"
    lines = host.get_fact(FindInFile, path=known_hosts, pattern=hostname)
    is_known = any(_is_about(line, hostname, port) for line in lines or ())
    if is_known and not force:
        host.noop(f"host key for {hostname} already exists")
        return
    if is_known:
        name = hostname if int(port) == SSH_PORT else f"[{hostname}]:{port}"
        yield _Forget(name, known_hosts)
    file = QuoteString(known_hosts)
    scan = _Scan(hostname, port, file)
    # ssh-keygen has kept those that were known.
    put_back = StringCommand("mv -f", QuoteString(f"{known_hosts}.old"), file)
    yield UndoingCommand(scan, put_back) if is_known else appending(scan, file)


class _Forget(StringCommand):
    """An `ssh-keygen -R` that puts the file back where more is gone: on a full disk it writes less, and succeeds.

    Args:
        name: the host, as known_hosts has it.
        path: known_hosts.
    """

    def __init__(self, name: str, path: str) -> None:
        super().__init__("ssh-keygen -R", QuoteString(name))
        self._file, self._old = QuoteString(path), QuoteString(f"{path}.old")

    @override
    def as_run(self) -> StringCommand:
        # It tells each line that it removes.
        count = "gone=$(printf '%s\\n' \"$told\" | grep -c 'found: line') || true"
        lines = StringCommand("[ $(wc -l <", self._file, ") -ge $(($(wc -l <", self._old, ") - gone)) ]")
        put_back = StringCommand(
            "echo ssh-keygen could not write all of", self._file, ">&2; mv -f", self._old
        )
        return StringCommand(
            *("told=$(", *self.bits, ") && {", count, '; [ "$gone" = 0 ] ||', lines, "|| {", put_back),
            *(self._file, "; false; }; }"),
        )


class _Scan(StringCommand):
    """A scan to the end of known_hosts, which fails where no key is found: older versions of ssh-keyscan do not.

    Args:
        hostname: the other host.
        port: the port there.
        file: known_hosts, quoted.
    """

    def __init__(self, hostname: str, port: int, file: QuoteString) -> None:
        self._scan = StringCommand("ssh-keyscan -p", QuoteString(str(port)), QuoteString(hostname))
        self._told = QuoteString(f"ssh-keyscan found no key of {hostname}")
        self._file = file
        super().__init__(self._scan, ">>", file)

    @override
    def as_run(self) -> StringCommand:
        found = StringCommand('[ -n "$keys" ] || { echo', self._told, ">&2; false; }")
        # A last line without a newline would swallow the first key, and be no key any more.
        is_whole = StringCommand("[ ! -s", self._file, "] || [ $(tail -c1", self._file, "| wc -l) -ne 0 ]")
        return StringCommand(
            *("keys=$(", self._scan, ") && {", found, "; } && {", is_whole, "|| echo >>", self._file),
            *("; } && printf '%s\\n' \"$keys\" >>", self._file),
        )


def _is_about(line: object, hostname: str, port: int) -> bool:
    """Tell whether a line of known_hosts (sshd(8)) has a host among its names, and not only in one of them."""
    if not isinstance(line, str):
        return bool(line)
    fields = line.split()
    names = fields[1:2] if line.startswith("@") else fields[:1]
    wanted = {f"[{hostname}]:{port}"} | ({hostname} if int(port) == SSH_PORT else set())
    return any(name in wanted for written in names for name in written.split(","))
