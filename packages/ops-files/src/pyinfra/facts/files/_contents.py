"""What a file holds."""

from __future__ import annotations

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

from ._answers import MISSING, echo, is_answer


class FileContents(FactBase["list[str] | None"]):
    """The lines of a file, as `cat` prints them; None where it is not there or can't be read.

    Args:
        path: the file's path.

    **Example:**

    ```python
    host.get_fact(FileContents, path="/etc/motd")
    ```
    """

    side_effect_free = True
    _missing = MISSING

    @override
    def command(self, path: str) -> StringCommand:
        self._missing = f"{MISSING}{path}"
        word = quote_path(path)
        return StringCommand("( test -e", word, "&& cat", word, ") ||", echo(self._missing))

    @override
    def process(self, output: list[str]) -> list[str] | None:
        return None if is_answer(output, self._missing) else output

    @staticmethod
    @override
    def default() -> list[str] | None:
        return None
