"""The file flags of BSD and macOS."""

from __future__ import annotations

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override


class Flags(FactBase["list[str] | None"]):
    """The flags of a file on BSD or macOS, from `stat -f %Sf`; an empty list where none is set.

    Args:
        path: the file's path.

    **Example:**

    ```python
    host.get_fact(Flags, path="/Users/me/Private")
    ```
    """

    side_effect_free = True

    @override
    def requires_command(self, path: str) -> str:
        return "chflags"

    @override
    def command(self, path: str) -> StringCommand:
        word = quote_path(path)
        return StringCommand("! test -e", word, "|| stat -f %Sf", word)

    @override
    def process(self, output: list[str]) -> list[str] | None:
        if len(output) != 1:
            return []
        return [flag for flag in output[0].split(",") if flag not in ("", "-")]
