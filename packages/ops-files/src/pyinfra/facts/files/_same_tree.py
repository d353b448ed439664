"""Whether a directory holds all that another one does."""

from __future__ import annotations

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

# Prints something for each path below $1 that is not the same below $2.
_COMPARE = (
    's=$1 d=$2; shift 2; for f do t=$d${f#"$s"}; '
    'if [ -L "$f" ]; then [ "$(readlink "$f"; echo x)" = "$(readlink "$t"; echo x)" ]; '
    'elif [ -d "$f" ]; then [ -d "$t" ]; '
    'elif [ -f "$f" ]; then cmp -s "$f" "$t"; '
    'else [ -e "$t" ]; fi || { echo differs; exit; }; done'
)


class SameTree(FactBase[bool]):
    """Whether a directory holds everything that another one does, with the same contents, as `cmp` tells.

    Args:
        path: the directory that may hold more.
        other: the other one.

    **Example:**

    ```python
    host.get_fact(SameTree, path="/srv/www", other="/srv/release")
    ```
    """

    side_effect_free = True

    @override
    def command(self, path: str, other: str) -> StringCommand:
        word, other_word = quote_path(path.rstrip("/") or "/"), quote_path(other.rstrip("/") or "/")
        compare = StringCommand("sh -c", QuoteString(_COMPARE), "sh", other_word, word, "{} +")
        found = StringCommand("$(find", other_word, "-exec", compare, "2>&1 || echo differs)")
        return StringCommand("[ -n", StringCommand('"', found, '"', _separator=""), "] || echo same")

    @override
    def process(self, output: list[str]) -> bool:
        return output == ["same"]

    @staticmethod
    @override
    def default() -> bool:
        return False
