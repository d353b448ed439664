"""Values that must not be shown, and the masking of text that leaves pyinfra."""

from __future__ import annotations

MASK = "*MASKED*"

# Below this length a value is masked where it stands in a command, but not searched for in other text:
# replacing every "a" of a log would hide the log and no secret.
SHORTEST_SEARCHED = 4

_secrets: set[str] = set()


class HiddenValue:
    """A value that shows itself only to whoever asks for it by name.

    Args:
        content: the secret.
        masked_value: what is shown in its place.
    """

    def __init__(self, content: str = "", masked_value: str = MASK) -> None:
        self.raw_value = content
        self.masked_value = masked_value
        remember_secret(content)

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
        value: the secret; anything but a str of four characters or more is ignored.
    """
    if isinstance(value, HiddenValue):
        value = value.raw_value
    if isinstance(value, str) and len(value) >= SHORTEST_SEARCHED:
        _secrets.add(str(value))


def mask(text: str) -> str:
    """Hide every remembered secret in a text.

    Args:
        text: what is about to leave pyinfra (output, logs, errors, reports).

    Returns:
        The text with each secret replaced by `*MASKED*`.
    """
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, MASK)
    return text
