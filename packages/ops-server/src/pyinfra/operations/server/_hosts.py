"""Operations on the host's name and the names it knows."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from io import StringIO
from ipaddress import ip_address

from pyinfra import host, state
from pyinfra.api import (
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import FileContents
from pyinfra.facts.server import EtcHosts, Hostname, Os, Which
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import undone

from ._names import check_path

# Where each system keeps its name; others keep it in a file that holds more.
HOSTNAME_FILES = {"Linux": "/etc/hostname", "OpenBSD": "/etc/myname"}
WORD = re.compile(r"[^\s#]+")


@operation(together=True)
def hostname(
    hostname: str, hostname_file: str | None = None
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Set the host's name, now and for the next boot.

    Where the file can't be written, the host has its old name again.

    Args:
        hostname: the name.
        hostname_file: the file that keeps the name, for hosts without `hostnamectl`; None for the system's own:
            `/etc/hostname` on Linux, `/etc/myname` on OpenBSD, and none elsewhere.

    Raises:
        OperationTypeError: `hostname_file` is no path.
        OperationValueError: the name is empty, begins with a dash, or holds spaces; or `hostname_file` is empty.

    Example:
        ```
        from pyinfra.operations import server

        server.hostname(
            name="Set the hostname",
            hostname="server1.example.com",
        )
        ```
    """
    _check_words("hostname", [hostname])
    if hostname.startswith("-"):
        raise OperationValueError(
            f"hostname must not begin with a dash, as {hostname!r} does: tools take it for an option"
        )
    if hostname_file is not None:
        check_path("hostname_file", hostname_file)
    current = host.get_fact(Hostname)
    differs = current != hostname
    if host.get_fact(Which, command="hostnamectl"):
        if differs:
            yield StringCommand("hostnamectl", "set-hostname", QuoteString(hostname))
        else:
            host.noop("hostname is set")
        return
    system = host.get_fact(Os)
    file = hostname_file or next((path for name, path in HOSTNAME_FILES.items() if name == system), None)
    if not differs and not hostname_file and not (file and _keeps_another(file, hostname)):
        host.noop("hostname is set")
        return
    # What is wrong with the file is to come before the name is another one.
    kept = list(files.put._inner(src=StringIO(f"{hostname}\n"), dest=file)) if file else []
    if differs:
        yield StringCommand("hostname", QuoteString(hostname))
    sets_back = differs and current and state.is_executing
    yield from undone(kept, [StringCommand("hostname", QuoteString(current))] if sets_back else [])


def _keeps_another(file: str, hostname: str) -> bool:
    """Tell whether a file has another name for the next boot, such as where it could not be written before."""
    lines = [line.strip() for line in host.get_fact(FileContents, path=file) or []]
    return next((line for line in lines if line and not line.startswith("#")), hostname) != hostname


@operation(together=True)
def etc_hosts(
    ip: str,
    hostnames: str | list[str] | None = None,
    present: bool = True,
    path: str = "/etc/hosts",
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have names for an address in `/etc/hosts`, or have none.

    Args:
        ip: the address.
        hostnames: its names, the first being the canonical one: a list, or text with spaces between them. With
            `present=False` the names to take away; None for all, with the address.
        present: whether the address should have these names, and no others.
        path: the file.

    Raises:
        OperationError: there are no names to add.
        OperationTypeError: `hostnames` is neither a list nor text, or `path` no path.
        OperationValueError: `ip` is no address, a name holds spaces or `#`, or `path` is empty.

    Example:
        ```
        from pyinfra.operations import server

        server.etc_hosts(
            name="Know the database by its name",
            ip="192.168.1.10",
            hostnames=["db.internal", "db"],
            _sudo=True,
        )
        ```
    """
    if not isinstance(hostnames, str | list | tuple | None):
        raise OperationTypeError(f"hostnames must be names, in a list or one text, not {hostnames!r}")
    check_path("path", path)
    names = hostnames.split() if isinstance(hostnames, str) else list(hostnames or [])
    _check_address(ip)
    _check_words("hostnames", names)
    if present and not names:
        raise OperationError("hostnames must be provided when present=True")
    has = host.get_fact(EtcHosts, path=path).get(ip, [])
    unchanged = _why_unchanged(ip, names, present, path, has)
    if unchanged:
        host.noop(unchanged)
        return
    wanted = names if present else [name for name in has if names and name not in names]
    contents = host.get_fact(FileContents, path=path)
    lines = _with_address(contents or [], ip, wanted)
    yield from files.put._inner(src=StringIO("".join(f"{line}\n" for line in lines)), dest=path)


def _check_address(ip: object) -> None:
    try:
        ip_address(str(ip))
    except ValueError as error:
        raise OperationValueError(
            f"ip must be an address, such as 192.168.1.10 or ::1, not {ip!r}"
        ) from error


def _why_unchanged(ip: str, names: list[str], present: bool, path: str, has: list[str]) -> str | None:
    if present:
        return f"{ip} -> {' '.join(names)} already present in {path}" if has == names else None
    if not has:
        return f"{ip} already absent from {path}"
    if names and not set(names) & set(has):
        return f"{ip} in {path} does not reference any of: {' '.join(names)}"
    return None


def _with_address(lines: Sequence[str], ip: str, names: list[str]) -> list[str]:
    """Put an address where its first line is, or at the end, and drop its other lines."""
    new: list[str] = []
    own = [f"{ip} {' '.join(names)}"] if names else []
    for line in lines:
        if line.partition("#")[0].split()[:1] == [ip]:
            new += own
            own = []
        else:
            new.append(line)
    return new + own


def _check_words(argument: str, words: list[str]) -> None:
    for word in words:
        if not isinstance(word, str) or not WORD.fullmatch(word):
            raise OperationValueError(f"{argument} must be without spaces and '#', not {word!r}")
