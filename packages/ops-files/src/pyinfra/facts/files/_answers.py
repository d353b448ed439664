"""Lines by which a command says what it found instead of a file's content."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand

EXISTS = "__pyinfra_exists_"
MISSING = "__pyinfra_missing_"


def echo(text: str) -> StringCommand:
    """Give the command that prints a text and a newline.

    Args:
        text: the text; `echo` of some shells would read backslashes in it.

    Returns:
        The command.
    """
    if "\\" in text:
        return StringCommand("printf '%s\\n'", QuoteString(text))
    return StringCommand("echo", QuoteString(text))


def is_answer(output: list[str], answer: str) -> bool:
    """Tell whether a line that `echo` printed is all there is; a path in it may hold newlines."""
    return "\n".join(output) == answer
