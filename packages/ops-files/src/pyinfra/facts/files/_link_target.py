"""The target of a symbolic link, read out of what `stat -c %N`, `stat -f %N%SY` and `ls -ld` print."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ESCAPES = {
    "a": b"\a",
    "b": b"\b",
    "e": b"\x1b",
    "f": b"\f",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "v": b"\v",
}
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
# One piece of a word as GNU coreutils quotes it for the shell since 8.25.
_PIECE = re.compile(r"\$'((?:\\.|[^'\\])*)'|'([^']*)'|\"([^\"]*)\"|\\(.)", re.DOTALL)
# As coreutils before that quotes in the C locale.
_OLD_PAIR = re.compile(r"[`']((?:\\.|[^'\\])*)' -> [`']((?:\\.|[^'\\])*)'", re.DOTALL)


def parse_link_target(text: str, path: str | None, size: int) -> str | None:
    """Read the target of a symbolic link.

    Args:
        text: the link's name and target, as printed.
        path: the link's path as it was asked for; None where the shell expanded it.
        size: the link's size: the bytes of its target, with which alike readings are told apart.

    Returns:
        The target, with surrogate escapes for bytes that are not UTF-8; None where there is none to be read.
    """
    readings = list(_readings(text, path))
    for reading in readings:
        if len(_encode(reading)) == size:
            return reading
    return readings[0] if readings else None


def _readings(text: str, path: str | None) -> Iterator[str]:
    """Every way in which the text can be read, the likeliest first."""
    shell_words = _read_shell_words(text)
    if shell_words is not None:
        yield shell_words
        # coreutils writes some escapes without the dollar that would make them such to a shell.
        yield _read_shell_words(text, escapes=True) or ""
    old = _OLD_PAIR.fullmatch(text)
    if old is not None:
        yield _unescape(old[2])
    names = [path] if path is not None else []
    for name in names:
        for before, after in ((f"'{name}' -> '", "'"), (f"{name} -> ", "")):
            if text.startswith(before) and text.endswith(after):
                yield text[len(before) : len(text) - len(after)]
    if " -> " in text:
        yield text.split(" -> ", 1)[1]


def _read_shell_words(text: str, escapes: bool = False) -> str | None:
    """Read `NAME -> TARGET`, both quoted for a shell."""
    end, name = _read_shell_word(text, 0, escapes)
    if not name or not text.startswith(" -> ", end):
        return None
    end, target = _read_shell_word(text, end + 4, escapes)
    return target if end == len(text) else None


def _read_shell_word(text: str, start: int, escapes: bool) -> tuple[int, str]:
    content = b""
    while match := _PIECE.match(text, start):
        escaped, single, double, one = match.groups()
        plain = next((part for part in (single, double, one) if part is not None), "")
        content += _encode(_unescape(escaped or plain) if escaped is not None or escapes else plain)
        start = match.end()
    return start, _decode(content)


def _unescape(text: str) -> str:
    def replace(match: re.Match[bytes]) -> bytes:
        code = match[1].decode("latin-1")
        if code[0] in "01234567":
            return bytes([int(code, 8) & 0xFF])
        return _ESCAPES.get(code, match[1])

    return _decode(re.sub(_ESCAPE.pattern.encode(), replace, _encode(text), flags=re.DOTALL))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decode(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
