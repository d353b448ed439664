"""How `apt-get` is told to ask nothing."""

from __future__ import annotations

import shlex

from pyinfra.api import FactValueError, OperationValueError, StringCommand

# The user's changes to a configuration file are kept where the package's own version of it changed too.
KEEP_CONFIGURATION = '-o Dpkg::Options::="--force-confdef" -o Dpkg::Options::="--force-confold"'


def noninteractive_apt(command: str | StringCommand, force: bool = False) -> StringCommand:
    """Give an `apt-get` command that asks nothing.

    Args:
        command: what follows the options, such as `install`.
        force: whether to let apt do what may break the host, without asking.

    Returns:
        The command.
    """
    options = "-y --force-yes" if force else "-y"
    return StringCommand("DEBIAN_FRONTEND=noninteractive apt-get", options, KEEP_CONFIGURATION, command)


def quote_words(words: str, what: str, error: type[FactValueError | OperationValueError]) -> str:
    """Quote each of several words of a command, which are given in one str.

    Args:
        words: the words; quotes and backslashes in it mean what they mean to a shell.
        what: what the words are called in an error.
        error: the error's class.

    Returns:
        The words, each quoted where it must be.

    Raises:
        FactValueError: as `error` says, where quotes are not closed.
        OperationValueError: the same.
    """
    try:
        return " ".join(shlex.quote(word) for word in shlex.split(words))
    except ValueError as cause:
        raise error(f"{what} must be words of a command, not {words!r}: {cause}") from cause
