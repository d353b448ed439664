"""Progress of long work, for code that shows some; a front end may set how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

_spinner: Callable[..., Any] | None = None


def set_spinner(make: Callable[..., Any] | None) -> None:
    """Set what `progress_spinner` uses: a context manager made of the items and the message; None for nothing."""
    global _spinner  # noqa: PLW0603 - one front end a process
    _spinner = make


@contextmanager
def progress_spinner(
    items: Iterable[Any], prefix_message: str | None = None
) -> Iterator[Callable[[Any], None]]:
    """Show progress over items while a `with` lasts.

    Args:
        items: what is worked on.
        prefix_message: what is shown before the counts.

    Yields:
        A function to call with each item that is done.
    """
    if _spinner is None:
        yield lambda item: None
        return
    with _spinner(list(items), prefix_message) as progress:
        yield progress
