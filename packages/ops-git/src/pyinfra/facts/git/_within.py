"""Commands in a repository's folder, where it is there."""

from __future__ import annotations

from typing import Any

from pyinfra.api import FactBase, FactValueError, QuoteString, StringCommand
from pyinfra.api.facts import T
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override


class GitFact(FactBase[T]):
    """A fact that git tells."""

    abstract = True

    @override
    def requires_command(self, *args: Any, **kwargs: Any) -> str:
        return "git"


def within(repo: str, *bits: Any) -> StringCommand:
    """Word a command that is run in a repository's folder, and not at all where there is no such folder.

    Args:
        repo: the folder.
        *bits: the command.

    Returns:
        The command.
    """
    path = quote_path(repo)
    inside = StringCommand("(cd", path, "&&", StringCommand(*bits), _separator=" ")
    return StringCommand("! test -d", path, "||", StringCommand(inside, ")", _separator=""))


def word(what: str, value: str) -> QuoteString:
    """Quote a name that git must not take for an option."""
    if not isinstance(value, str) or not value or value.startswith("-"):
        raise FactValueError(f"{what} must be a name, not {value!r}")
    return QuoteString(value)
