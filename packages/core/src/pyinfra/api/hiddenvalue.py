"""Values that must not be shown, and the masking of text that leaves pyinfra."""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Iterator

MASK = "*MASKED*"

# Below this length a value is masked where it stands in a command, but not searched for in other text:
# replacing every "a" of a log would hide the log and no secret.
SHORTEST_SEARCHED = 4
# A secret of several lines (a key) is shown line by line, so each line is searched for; not those as short as a brace.
SHORTEST_LINE = 8

_secrets: set[str] = set()
# The longest first: a secret that begins with another one is hidden to its end. Replaced whole, for other threads.
_ordered: tuple[str, ...] = ()
_lock = threading.Lock()


class HiddenValue:
    """A value that shows itself only to whoever asks for it by name.

    Args:
        content: the secret.
        masked_value: what is shown in its place.
    """

    def __init__(self, content: str = "", masked_value: str = MASK) -> None:
        self.raw_value = content
        self.masked_value = masked_value
        remember_secret(self)

    def unmask(self) -> str:
        """Give the secret itself."""
        return self.raw_value

    def __str__(self) -> str:
        return self.masked_value

    def __repr__(self) -> str:
        return repr(self.masked_value)


class MaskString(str):
    """A secret that is still a `str`, to be formatted into commands and templates; masked by value in output."""

    __slots__ = ()

    def __new__(cls, value: object = "") -> MaskString:
        """Make the string and remember its value as one to mask."""
        made = super().__new__(cls, value)
        remember_secret(str(made))
        return made


def remember_secret(value: object) -> None:
    """Have `mask` hide this value wherever it stands in text from now on.

    Args:
        value: the secret; anything but a `HiddenValue` or a str of four characters or more is ignored.
    """
    global _ordered  # noqa: PLW0603 - what is searched for is known to the whole process
    if isinstance(value, HiddenValue):
        value = str(value.raw_value)
    if not isinstance(value, str) or len(value) < SHORTEST_SEARCHED or value in _secrets:
        return
    with _lock:
        new = set(_shapes(str(value))) - _secrets
        _secrets.update(new)
        _ordered = tuple(sorted((*_ordered, *new), key=len, reverse=True))


def _shapes(secret: str) -> Iterator[str]:
    """The ways in which a secret stands in text: as it is, by lines, and as shells, Python and JSON write it."""
    lines = [line for line in secret.splitlines() if len(line) >= SHORTEST_LINE]
    for part in (secret, *lines):
        yield part
        yield shlex.quote(f" {part}")[2:-1]
        yield repr(part)[1:-1]
        yield json.dumps(part)[1:-1]
        yield json.dumps(part, ensure_ascii=False)[1:-1]


def mask(text: str) -> str:
    """Hide every remembered secret in a text.

    Args:
        text: what is about to leave pyinfra (output, logs, errors, reports).

    Returns:
        The text with each secret replaced by `*MASKED*`.
    """
    for secret in _ordered:
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def holds_secret(text: object) -> bool:
    """Tell whether a text is a secret, or has one in it.

    A command that holds one must hand it to no program as an argument, where a process list would show it.

    Args:
        text: the text.

    Returns:
        Whether it is, or has; a `HiddenValue` or `MaskString` always is.
    """
    return isinstance(text, HiddenValue | MaskString) or mask(str(text)) != str(text)


def keep_secret(text: str, made: str) -> str:
    """Keep a text secret in another shape: escaped for a tool, it would not be found by value.

    Args:
        text: the text, which may be or hold a secret.
        made: what was made of it.

    Returns:
        What was made of it, remembered as a secret where the text holds one.
    """
    if made != text and holds_secret(text):
        remember_secret(made)
    return made
