"""What many commands of a batch have in common, written once: what is beyond TCP's first window takes a round trip."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

_TOKENS = re.compile(r" |[^ ]+")
_TEXT = '"$_pyinfra_text"'
_PARAMETERS = 9


class Worded(NamedTuple):
    """A text as a shell gets it.

    Attributes:
        assembly: what is to be run before; empty where nothing is.
        word: the shell word whose value the text is.
    """

    assembly: str
    word: str


# Hosts of one deploy are asked the same.
@functools.lru_cache(maxsize=8)
def share(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Worded, ...]]:
    """Word texts so that what several of them have in common is there once.

    Each text comes out as it went in, byte for byte: it is put together from its pieces before it is evaluated.

    Args:
        texts: the texts, such as fifty commands that differ in a path.

    Returns:
        Lines that define shell functions, and each text's words.
    """
    worded = [Worded("", shlex.quote(text)) for text in texts]
    groups: dict[tuple[int, str], list[int]] = {}
    tokens = [_TOKENS.findall(text) for text in texts]
    for number, found in enumerate(tokens):
        groups.setdefault((len(found), "".join(found[:1])), []).append(number)
    definitions: list[str] = []
    for members in groups.values():
        name = f"_pyinfra_{len(definitions)}"
        body, arguments = _pieces([tokens[number] for number in members])
        definition = f"{name}() {{ _pyinfra_text={body}; }}"
        assembled = [Worded(" ".join([name, *map(shlex.quote, given)]), _TEXT) for given in arguments]
        before = sum(len(worded[number].word) for number in members)
        after = len(definition) + sum(len(one.assembly) + len(one.word) for one in assembled)
        if after < before and len(arguments[0]) <= _PARAMETERS:
            definitions.append(definition)
            for number, one in zip(members, assembled, strict=True):
                worded[number] = one
    return tuple(definitions), tuple(worded)


def _pieces(rows: Sequence[list[str]]) -> tuple[str, list[tuple[str, ...]]]:
    """Part texts of as many tokens into what is in all, a shell word with parameters, and each one's arguments."""
    columns: dict[tuple[str, ...], int] = {}
    pieces: list[str] = []
    literal = ""
    for column in zip(*rows, strict=True):
        if len(set(column)) == 1:
            literal += column[0]
            continue
        parameter = columns.setdefault(column, len(columns) + 1)
        pieces += [shlex.quote(literal) if literal else "", f'"${parameter}"']
        literal = ""
    pieces.append(shlex.quote(literal) if literal else "")
    return "".join(pieces), list(zip(*columns, strict=True)) or [()] * len(rows)
