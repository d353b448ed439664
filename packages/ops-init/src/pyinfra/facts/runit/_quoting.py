"""Values within the double quotes of a command."""

from __future__ import annotations

import re

SPECIAL = re.compile(r'([\\"$`])')
ORDINARY = re.compile(r"[A-Za-z0-9_.@+:,%=/][A-Za-z0-9_.@+:,%=/-]*")


def double_quoted(value: str) -> str:
    """Quote a value for the shell with double quotes.

    Args:
        value: any text.

    Returns:
        One word of a POSIX shell that stands for it.
    """
    return '"' + SPECIAL.sub(r"\\\1", value) + '"'


def is_ordinary(value: str) -> bool:
    """Tell whether a value has no character that `echo`, or an option parser, takes for anything but itself.

    Args:
        value: any text.

    Returns:
        Whether it has none.
    """
    return ORDINARY.fullmatch(value) is not None
