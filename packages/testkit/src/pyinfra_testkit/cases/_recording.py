"""What fills in cases in this session, if anything does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyinfra_testkit.cases._record import Recorder

_recorder: Recorder | None = None


def start(recorder: Recorder) -> None:
    """Have the cases that run from now on filled in."""
    global _recorder  # noqa: PLW0603 - one test session, one recorder
    _recorder = recorder


def stop() -> None:
    """Have no more cases filled in."""
    global _recorder  # noqa: PLW0603 - one test session, one recorder
    _recorder = None


def current() -> Recorder | None:
    """Give what fills in cases; None where nothing is to be."""
    return _recorder
