"""Whether two paths are one file."""

from __future__ import annotations

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override


class SameFile(FactBase[bool]):
    """Whether two paths are hard links to one file, as `test -ef` tells; symbolic links are not followed.

    Args:
        path: a path.
        other: another path.

    **Example:**

    ```python
    host.get_fact(SameFile, path="/etc/motd", other="/etc/issue")
    ```
    """

    side_effect_free = True

    @override
    def command(self, path: str, other: str) -> StringCommand:
        word, other_word = quote_path(path), quote_path(other)
        return StringCommand("if [ ! -L", word, "] && [", word, "-ef", other_word, "]; then echo yes; fi")

    @override
    def process(self, output: list[str]) -> bool:
        return output == ["yes"]

    @staticmethod
    @override
    def default() -> bool:
        return False
