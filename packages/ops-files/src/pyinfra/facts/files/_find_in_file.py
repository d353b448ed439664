"""Lines of a file that match."""

from __future__ import annotations

from typing import Any

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.api.hiddenvalue import holds_secret
from pyinfra.facts.util.quoting import feed, quote_interpolated, quote_path
from typing_extensions import override

from ._answers import EXISTS, echo, is_answer


class FindInFile(FactBase["list[str] | None"]):
    """The lines of a file that match, as `grep` prints them; None where there is no file, an empty list for no match.

    Args:
        path: the file's path.
        pattern: a basic regular expression.
        interpolate_variables: whether the shell expands variables in it.
        extended_regex: whether it is an extended one.

    **Example:**

    ```python
    host.get_fact(FindInFile, path="/etc/ssh/sshd_config", pattern="^PermitRootLogin")
    ```
    """

    side_effect_free = True
    _exists = EXISTS

    @override
    def command(
        self, path: str, pattern: str, interpolate_variables: bool = False, extended_regex: bool = False
    ) -> StringCommand:
        self._exists = f"{EXISTS}{path}"
        word = quote_path(path)
        expression: Any = quote_interpolated(pattern) if interpolate_variables else QuoteString(pattern)
        find = StringCommand("find", word, "-type f > /dev/null &&", echo(self._exists), "|| true")
        grep = ["grep", "-E"] if extended_regex else ["grep"]
        end = [word, "2> /dev/null || (", find, ")"]
        if holds_secret(pattern):
            return feed(expression, *grep, "-f -", *end)
        return StringCommand(*grep, "-e", expression, *end)

    @override
    def process(self, output: list[str] | None) -> list[str] | None:
        if output is None:
            return None
        return [] if is_answer(output, self._exists) else output
