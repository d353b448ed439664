"""A block of lines between two markers."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, FactValueError, StringCommand
from pyinfra.api.hiddenvalue import holds_secret, keep_secret
from pyinfra.facts.util.quoting import feed, quote_path, quote_script
from typing_extensions import override

from ._answers import EXISTS, MISSING, echo, is_answer

DEFAULT_MARKER = "# {mark} PYINFRA BLOCK"
DEFAULT_BEGIN = "BEGIN"
DEFAULT_END = "END"


def make_markers(marker: str | None, begin: str | None, end: str | None) -> tuple[str, str]:
    """Give the lines between which a block stands.

    Args:
        marker: a line in which `{mark}` stands for where the block begins and ends.
        begin: the word for where it begins.
        end: the word for where it ends.

    Returns:
        The line before the block, and the one after.

    Raises:
        ValueError: both are the same.
    """
    wanted = DEFAULT_MARKER if marker is None else marker
    first = wanted.replace("{mark}", DEFAULT_BEGIN if begin is None else begin)
    last = wanted.replace("{mark}", DEFAULT_END if end is None else end)
    if first == last:
        raise ValueError(f"delimiters for block must be different but found only '{first}'")
    if not first.strip() or not last.strip() or "\n" in first + last:
        raise ValueError(f"delimiters for block must each be one line, not {first!r} and {last!r}")
    return first, last


def awk_pattern(text: str) -> str:
    """Give an awk pattern, between its slashes, for lines that hold a text."""
    escaped = re.sub(r"[\\/.*+?()|^${}\[\]]", r"\\\g<0>", text)
    return f"/{keep_secret(text, escaped)}/"


class Block(FactBase["list[str] | None"]):
    """The lines between two markers in a file, as `awk` finds them; None where there is no file.

    Args:
        path: the file's path.
        marker: a line in which `{mark}` stands for where the block begins and ends; `# {mark} PYINFRA BLOCK` for None.
        begin: the word for where it begins; `BEGIN` for None.
        end: the word for where it ends; `END` for None.

    **Example:**

    ```python
    host.get_fact(Block, path="/etc/hosts")
    ```
    """

    side_effect_free = True
    _exists = EXISTS
    _missing = MISSING

    @override
    def command(
        self, path: str, marker: str | None = None, begin: str | None = None, end: str | None = None
    ) -> StringCommand:
        try:
            first, last = make_markers(marker, begin, end)
        except ValueError as error:
            raise FactValueError(str(error)) from error
        self._exists, self._missing = f"{EXISTS}{path}", f"{MISSING}{path}"
        script = f"{awk_pattern(last)}{{ f=0}} f; {awk_pattern(first)}{{ f=1}} "
        word = quote_path(path)
        found = StringCommand("(find", word, "-type f > /dev/null &&", echo(self._exists))
        return StringCommand(awk_command(script, path), "||", found, "||", echo(self._missing), ")")

    @override
    def process(self, output: list[str]) -> list[str] | None:
        if is_answer(output, self._exists):
            return []
        return None if is_answer(output, self._missing) else output

    @staticmethod
    @override
    def default() -> list[str] | None:
        return []


def awk_command(script: str, path: str) -> StringCommand:
    """Give the command that runs a script on a file; one that holds a secret stands in no process list."""
    if holds_secret(script):
        return feed(quote_script(script), "awk -f -", awk_operand(path))
    return StringCommand("awk", quote_script(script), awk_operand(path))


def awk_operand(path: str) -> object:
    """Quote a path for awk, which takes `name=value` for an assignment."""
    return quote_path(f"./{path}" if re.match("[A-Za-z_][A-Za-z_0-9]*=", path) else path)
