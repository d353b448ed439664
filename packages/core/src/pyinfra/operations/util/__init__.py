"""What deploys and operations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyinfra.api.operation import OperationMeta

__all__ = ["all_changed", "any_changed"]


def any_changed(*args: OperationMeta) -> Callable[[], bool]:
    """Give a condition for `_if`: at least one of these operations changed something.

    Args:
        *args: results of operations.

    Returns:
        A function to be called once they have run.
    """
    return lambda: any(meta.did_change() for meta in args)


def all_changed(*args: OperationMeta) -> Callable[[], bool]:
    """Give a condition for `_if`: every one of these operations changed something.

    Args:
        *args: results of operations.

    Returns:
        A function to be called once they have run.
    """
    return lambda: all(meta.did_change() for meta in args)
