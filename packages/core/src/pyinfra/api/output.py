"""Where text leaves pyinfra's core: nowhere, until a front end says where.

Core and plugins call `echo` and `format_text`; the command line sets both. Every text that passes is masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .hiddenvalue import mask

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")

_echo: Callable[..., None] | None = None
_format_text: Callable[..., str] | None = None


def echo(message: object = None, **kwargs: Any) -> None:
    """Show a line to whoever watches the run.

    Args:
        message: the line; secrets in it are masked.
        **kwargs: hints for the front end, such as `err=True`.
    """
    if _echo is not None:
        _echo(mask(str(message)) if message is not None else "", **kwargs)


def printable(text: str) -> str:
    """Give a host's text as it may reach a terminal: control characters, but tabs, are written out."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text) if _CONTROL.search(text) else text


def format_text(text: str, *args: Any, **kwargs: Any) -> str:
    """Colour a text, where the front end has colours.

    Args:
        text: the text.
        *args: a colour, as the front end names it.
        **kwargs: further styles (`bold=True`).

    Returns:
        The text, styled or as it was.
    """
    return _format_text(text, *args, **kwargs) if _format_text is not None else text


def is_output_active() -> bool:
    """Tell whether anybody watches."""
    return _echo is not None


def set_echo(func: Callable[..., None] | None) -> None:
    """Set what `echo` calls; None for nothing."""
    global _echo  # noqa: PLW0603 - one front end a process
    _echo = func


def set_formatter(func: Callable[..., str] | None) -> None:
    """Set what `format_text` calls; None for nothing."""
    global _format_text  # noqa: PLW0603 - one front end a process
    _format_text = func
