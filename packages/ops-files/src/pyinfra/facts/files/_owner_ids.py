"""The numbers of a file's user and group."""

from __future__ import annotations

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override


class OwnerIds(FactBase["tuple[int, int] | None"]):
    """The numbers of the user and group that own a file, from `stat`; None where it can't tell.

    Args:
        path: the file's path.
        dereference: whether a symbolic link stands for what it leads to.

    **Example:**

    ```python
    host.get_fact(OwnerIds, path="/etc/motd")
    ```
    """

    side_effect_free = True

    @override
    def command(self, path: str, dereference: bool = True) -> StringCommand:
        word = quote_path(path)
        stat = "stat -L" if dereference else "stat"
        return StringCommand(stat, "-c '%u %g'", word, "2> /dev/null ||", stat, "-f '%u %g'", word, "|| true")

    @override
    def process(self, output: list[str]) -> tuple[int, int] | None:
        numbers = output[0].split() if len(output) == 1 else []
        if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):  # noqa: PLR2004 - user and group
            return None
        return int(numbers[0]), int(numbers[1])
