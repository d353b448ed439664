"""What facts about uv share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeVar

from pyinfra.api import FactBase
from typing_extensions import override

T = TypeVar("T")


class UvFact(FactBase[T]):
    """A fact that uv tells."""

    abstract = True

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "uv"


def read_pairs(output: list[str], first: str, second: str) -> Iterator[tuple[str, str]]:
    """Read two texts of each object in a JSON array.

    Args:
        output: lines of the array.
        first: the name of the first text.
        second: the name of the second text.

    Yields:
        The texts; objects that lack one are left out, and everything is where it is no JSON array.
    """
    try:
        listed = json.loads("\n".join(output))
    except (ValueError, RecursionError):
        return
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            pair = item.get(first), item.get(second)
            if isinstance(pair[0], str) and isinstance(pair[1], str):
                yield pair[0], pair[1]
