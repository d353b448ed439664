"""Words of a command in the double quotes that gpg's commands are shown with."""

from __future__ import annotations

import re


def double_quoted(value: str) -> str:
    """Quote a value for the shell in double quotes, with nothing in it expanded.

    Args:
        value: the value.

    Returns:
        One word of a command.
    """
    return '"' + re.sub(r'([\\"$`])', r"\\\1", value) + '"'


def double_quoted_path(path: str) -> str:
    """Quote a path in double quotes, so that no program takes it for an option."""
    return double_quoted(f"./{path}" if path.startswith("-") else path)
