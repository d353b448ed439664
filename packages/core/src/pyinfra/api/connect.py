"""Connecting to all hosts of a run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import State


def connect_all(state: State) -> None:
    """Connect to every host of a run that its limit lets take part.

    Args:
        state: the run.

    Raises:
        RunFailedError: none could be connected to, or too few.
    """
    state.engine.connections.connect_all()


def disconnect_all(state: State) -> None:
    """Disconnect from every host of a run."""
    state.engine.connections.disconnect_all()
