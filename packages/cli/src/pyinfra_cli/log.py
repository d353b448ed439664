"""Lines to the terminal or the pipe: what is said, in which colours, and where logging goes."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any, TextIO

import click
from pyinfra.api.hiddenvalue import mask
from pyinfra.api.output import set_echo, set_formatter

LEVEL_COLOURS = {logging.ERROR: "red", logging.CRITICAL: "red", logging.WARNING: "yellow"}


class Screen:
    """Where lines go; a live display can take them over while it lasts.

    Attributes:
        quiet: whether nothing but JSON may go to stdout.
        stdout: where JSON goes while lines go elsewhere; None for stdout.
    """

    def __init__(self) -> None:
        self.quiet = False
        self.stdout: TextIO | None = None
        self.live: Any = None

    def line(self, text: str = "", *, err: bool = False) -> None:
        """Show a line; secrets in it are masked."""
        text = mask(text)
        if self.live is not None and (not err or sys.stderr.isatty()):
            self.live.line(text)
            return
        stream = sys.stderr if err or self.quiet else sys.stdout
        click.echo(text, file=stream, color=coloured(stream))


screen = Screen()


def coloured(stream: TextIO) -> bool:
    """Tell whether a stream shows colours: a terminal, and NO_COLOR (no-color.org) is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def style(text: str, *args: Any, **kwargs: Any) -> str:
    """Colour a text where stdout shows colours; see `click.style`."""
    return click.style(text, *args, **kwargs) if coloured(sys.stdout) else text


def print_error(text: str) -> None:
    """Show an error."""
    if screen.live is not None:
        screen.live.hide()
    screen.line(f"--> {style('pyinfra error', 'red', bold=True)}: {text}", err=True)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            text += "\n" + (self.formatter or logging.Formatter()).formatException(record.exc_info)
        colour = LEVEL_COLOURS.get(record.levelno)
        screen.line(f"    {style(text, colour) if colour else text}", err=record.levelno >= logging.WARNING)


def setup_logging(log_level: int = logging.INFO, other_log_level: int | None = None) -> None:
    """Have pyinfra's lines and logs shown.

    Args:
        log_level: the level of pyinfra's own logger.
        other_log_level: the level of all others; None leaves them alone.
    """
    handler = _Handler()
    own = logging.getLogger("pyinfra")
    own.handlers = [handler]
    own.propagate = False
    own.setLevel(log_level)
    if other_log_level is not None:
        root = logging.getLogger()
        root.handlers = [handler]
        root.setLevel(other_log_level)
    set_echo(lambda message=None, **_: screen.line("" if message is None else str(message)))
    set_formatter(style)
