"""How pip is named: as words of a command."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyinfra.api import FactValueError, OperationValueError

# Text in which a shell finds words and nothing else: it is kept as it was written.
_PLAIN = re.compile(r"(?:[\w@%+:,./~=-]|'[^']*')+(?: (?:[\w@%+:,./~=-]|'[^']*')+)*", re.ASCII)


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
    if _PLAIN.fullmatch(words):
        return words
    try:
        return shlex.join(shlex.split(words))
    except ValueError as cause:
        raise error(f"{what} must be words of a command, not {words!r}: {cause}") from cause


def first_word(words: str) -> str:
    """Give the program that words of a command run.

    Args:
        words: the words, quoted.

    Returns:
        The first of them, without quotes.
    """
    return shlex.split(words)[0]
