"""Paths and interpolated text as words of a POSIX shell command."""

from __future__ import annotations

import re
from os import PathLike, fspath

from pyinfra.api.command import QuoteString, StringCommand

__all__ = ["feed", "quote_glob", "quote_interpolated", "quote_path", "quote_script"]

_GLOB_CHARACTERS = re.compile(r"([*?]+)")


def quote_path(path: str | PathLike[str]) -> QuoteString | StringCommand:
    """Quote a path on a host, so that no program takes it for an option.

    A path that starts with `-` gets `./` in front. The home of `~` and `~/…` is left to the shell to find; a
    file whose name is a tilde is `./~`.

    Args:
        path: absolute, or relative to the folder that the command runs in.

    Returns:
        One word of a command.
    """
    text = fspath(path)
    if text == "~":
        return StringCommand("~")
    if text.startswith("~/"):
        rest = text[2:]
        return StringCommand("~/", QuoteString(rest), _separator="") if rest else StringCommand("~/")
    return QuoteString(f"./{text}" if text.startswith("-") else text)


def quote_glob(pattern: str) -> StringCommand:
    """Quote a path of which the shell is to expand `*` and `?`.

    Args:
        pattern: the path; everything but the two wildcards stands for itself.

    Returns:
        One word of a command, which may become several.
    """
    text = f"./{pattern}" if pattern.startswith("-") else pattern
    pieces = _GLOB_CHARACTERS.split(text)
    bits = [piece if number % 2 else QuoteString(piece) for number, piece in enumerate(pieces) if piece]
    return StringCommand(*bits, _separator="")


def quote_script(text: str) -> str:
    """Quote a script for sed or awk: in single quotes always, as people write them.

    Args:
        text: the script.

    Returns:
        One word of a command.
    """
    return "'" + text.replace("'", "'\"'\"'") + "'"


def feed(word: object, *command: object) -> StringCommand:
    """Give a command that reads a text and a newline from its stdin: a text that no process list may show.

    Args:
        word: the text, as one quoted word; the shell prints it without starting a program.
        *command: the parts of the command that reads it.

    Returns:
        The command.
    """
    return StringCommand("printf '%s\\n'", word, "|", *command)


def quote_interpolated(text: str) -> str:
    r"""Quote a text in which the shell is to expand `$NAME`, `$(command)` and backquotes.

    Args:
        text: what stands between double quotes; a double quote in it is one of the text, and so is a
            backslash in front of one, of a newline or at the end.

    Returns:
        One word of a command.
    """
    inner = re.sub(r'(\\*)(["\n])', _escape_end, text)
    trailing = len(inner) - len(inner.rstrip("\\"))
    return f'"{inner}{chr(92) * trailing}"'


def _escape_end(match: re.Match[str]) -> str:
    backslashes, end = match.groups()
    return backslashes * 2 + ("\\" if end == '"' else "") + end
