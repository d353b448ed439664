"""POSIX regular expressions of grep and sed, as far as Python can be sure of what they do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyinfra.api.hiddenvalue import keep_secret

_CLASSES = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
# Special with a backslash in a basic expression, and without one in an extended one.
_OPERATORS = "(){}+?"
_SAME_ESCAPES = "wWsSbB"
# re.NOFLAG came with Python 3.11.
_NO_FLAG = re.RegexFlag(0)
_SURE_FLAGS = frozenset("giI")


class _UnsureError(Exception):
    """Python can't be sure what the expression does."""


def escape_literal(text: str, extended_regex: bool) -> str:
    """Give the expression that matches a text and nothing else.

    Args:
        text: the text.
        extended_regex: whether the expression is an extended one.

    Returns:
        The expression, without anchors.
    """
    special = r"\.*[]^$" + (r"+?(){}|" if extended_regex else "")
    return keep_secret(text, re.sub(f"[{re.escape(special)}]", r"\\\g<0>", text))


def compile_posix(
    pattern: str, extended_regex: bool, flags: re.RegexFlag = _NO_FLAG
) -> re.Pattern[str] | None:
    """Compile a POSIX regular expression.

    Args:
        pattern: the expression.
        extended_regex: whether it is an extended one.
        flags: Python's flags.

    Returns:
        The expression as Python's, that matches the same; None where that is not sure.
    """
    try:
        return re.compile(_translate(pattern, extended_regex), flags)
    except (_UnsureError, re.error):
        return None


def surely_finds(pattern: str, text: str, extended_regex: bool) -> bool:
    """Tell whether `grep` is sure to find a line by an expression.

    Args:
        pattern: the expression.
        text: the line.
        extended_regex: whether the expression is an extended one.

    Returns:
        Whether it is; False where Python can't tell.
    """
    compiled = compile_posix(pattern, extended_regex)
    return compiled is not None and compiled.search(text) is not None


def surely_unchanged(
    lines: Sequence[str], pattern: str, replace: str, extended_regex: bool, flags: Sequence[str]
) -> bool:
    """Tell whether `sed` is sure to leave lines as they are.

    Args:
        lines: lines that `grep` found by the expression.
        pattern: the expression that `sed` replaces.
        replace: what it replaces it with: text, and groups as a backslash and a digit.
        extended_regex: whether the expression is an extended one.
        flags: sed's flags.

    Returns:
        Whether it is; False where Python can't tell.
    """
    letters = "".join(flags)
    compiled = compile_posix(pattern, extended_regex, re.IGNORECASE if set(letters) & set("iI") else _NO_FLAG)
    if compiled is None or not set(letters) <= _SURE_FLAGS or compiled.search("") is not None:
        return False
    # A line that Python does not find shows that the expression means something else to it.
    if not all(compiled.search(line) for line in lines):
        return False
    try:
        return all(
            compiled.sub(lambda match: _expand(replace, match), line, count=0 if "g" in letters else 1)
            == line
            for line in lines
        )
    except (_UnsureError, IndexError):
        return False


def _expand(replace: str, match: re.Match[str]) -> str:
    def part(escape: re.Match[str]) -> str:
        character = escape[1]
        if character.isdigit():
            return match[int(character)] or ""
        if character in "\\/&":
            return character
        raise _UnsureError

    return re.sub(r"\\(.|$)", part, replace, flags=re.DOTALL)


def _translate(pattern: str, extended: bool) -> str:
    out: list[str] = []
    place = 0
    while place < len(pattern):
        character = pattern[place]
        if character == "[":
            translated, place = _bracket(pattern, place)
            out.append(translated)
            continue
        if character == "\\":
            out.append(_escape(pattern[place + 1 : place + 2], extended))
            place += 2
            continue
        out.append(_plain(pattern, place, extended))
        place += 1
    return "".join(out)


def _escape(character: str, extended: bool) -> str:
    if character in _SAME_ESCAPES and character:
        return f"\\{character}"
    # sed and grep take the longest of alternatives, Python the first.
    if not character or (character == "|" and not extended):
        raise _UnsureError
    if character in _OPERATORS:
        return re.escape(character) if extended else character
    if character.isdigit():
        return f"(?:\\{character})"
    if character.isalpha() or character in "<>`'":
        raise _UnsureError
    return re.escape(character)


def _plain(pattern: str, place: int, extended: bool) -> str:
    character = pattern[place]
    if extended:
        if character == "|" or (character == "{" and not re.match(r"\{\d+(,\d*)?\}", pattern[place:])):
            raise _UnsureError
        if character in "*+?{" and (place == 0 or pattern[place - 1] in "(^"):
            raise _UnsureError
        return character if character in ".*^$(){}+?" else re.escape(character)
    starts = place == 0 or pattern[:place].endswith("\\(")
    ends = place == len(pattern) - 1 or pattern.startswith("\\)", place + 1)
    if character == "*":
        return "\\*" if starts or pattern[:place] == "^" else "*"
    if character in "^$":
        # Elsewhere they stand for themselves, says POSIX; GNU grep takes some of them for anchors.
        if not (starts if character == "^" else ends):
            raise _UnsureError
        return character
    return "." if character == "." else re.escape(character)


def _bracket(pattern: str, start: int) -> tuple[str, int]:
    """Translate a bracket expression; gives it and where it ends."""
    match = re.compile(r"\[(\^?)(\]?(?:\[:[a-z]+:\]|\[(?![:.=])|[^\]\[])*)\]", re.DOTALL).match(
        pattern, start
    )
    if match is None:
        raise _UnsureError
    negated, content = match.groups()
    translated = ""
    for piece in re.findall(r"\[:[a-z]+:\]|.", content, re.DOTALL):
        if len(piece) > 1:
            if piece[2:-2] not in _CLASSES:
                raise _UnsureError
            translated += _CLASSES[piece[2:-2]]
        else:
            translated += piece if piece == "-" else re.escape(piece)
    if translated.startswith("-") or translated.endswith("-"):
        translated = "\\-" + translated.strip("-")
    return f"[{negated}{translated}]", match.end()
