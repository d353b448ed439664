"""Other hosts, as ssh and scp take them."""

from __future__ import annotations

from pyinfra.api import OperationTypeError, OperationValueError, QuoteString


def check_host(hostname: str, user: str | None = None, port: int = 22) -> None:
    """Refuse what ssh would take for an option.

    Args:
        hostname: the other host.
        user: the user there.
        port: the port there.

    Raises:
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value can't be what it stands for.
    """
    for what, value in (("hostname", hostname), ("user", user)):
        if value is None:
            continue
        if not isinstance(value, str):
            raise OperationTypeError(f"{what} must be a str, not {value!r}")
        if not value or value.startswith("-") or "\n" in value:
            raise OperationValueError(f"{what} must be a name, not {value!r}")
    # bool is an int, and no port.
    number = port if isinstance(port, int) and not isinstance(port, bool) else None
    if number is None and isinstance(port, str) and port.isdigit():
        number = int(port)
    if number is None or not 0 < number < 65536:  # noqa: PLR2004 - the ports that there are
        raise OperationValueError(f"port must be a number from 1 to 65535, not {port!r}")


def target(hostname: str, user: str | None) -> QuoteString:
    """Give the other host as a word of a command, with its user."""
    return QuoteString(f"{user}@{hostname}" if user else hostname)


def local_file(filename: str) -> QuoteString:
    """Give a file of this host as scp takes it, whatever its name looks like."""
    ambiguous = filename.startswith("-") or ":" in filename.partition("/")[0]
    return QuoteString(f"./{filename}" if ambiguous else filename)


def check_filename(what: str, filename: object) -> None:
    """Refuse what is no file's name."""
    if not isinstance(filename, str):
        raise OperationTypeError(f"{what} must be a str, not {filename!r}")
    if not filename or "\0" in filename:
        raise OperationValueError(f"{what} must be the path of a file, not {filename!r}")
