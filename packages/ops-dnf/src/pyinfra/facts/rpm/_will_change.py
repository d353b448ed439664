"""What dnf or yum would do."""

from __future__ import annotations

import re
import shlex

from pyinfra.api import FactBase, FactValueError, OperationValueError, StringCommand
from typing_extensions import override

_NOTHING = re.compile(r"Nothing to do\.?$|No packages marked for (update|upgrade|removal)\.?$", re.IGNORECASE)
_NOT_REMOVED = re.compile(r"No packages marked for removal\b", re.IGNORECASE)
_ERROR = re.compile(r"error\b", re.IGNORECASE)
# Where dnf is configured to pass over what it can't find (strict=0), it has nothing to do for that either.
_NOT_FOUND = re.compile(r"No match for argument\b", re.IGNORECASE)


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


class WillChangeBase(FactBase[bool]):
    """Whether a package manager's command would change any package.

    Attributes:
        tool: the package manager.
    """

    abstract = True
    tool: str

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return self.tool

    def command(self, command: str) -> StringCommand:
        """Give the command.

        Args:
            command: the words that follow the package manager's name, such as `install nginx`.

        Returns:
            The command.

        Raises:
            FactValueError: quotes in `command` are not closed.
        """
        words = quote_words(command, "command", FactValueError)
        return StringCommand(self.tool, "--assumeno", words, "2>&1 || true")

    @override
    @staticmethod
    def default() -> bool:
        return True

    @override
    def process(self, output: list[str]) -> bool:
        lines = [line.strip() for line in output]

        def says(pattern: re.Pattern[str]) -> bool:
            return any(pattern.match(line) for line in lines)

        return not says(_NOTHING) or says(_ERROR) or (says(_NOT_FOUND) and not says(_NOT_REMOVED))
