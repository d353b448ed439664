"""The operation `files.line`."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.api.hiddenvalue import keep_secret
from pyinfra.facts.files import FindInFile
from pyinfra.facts.util.quoting import quote_interpolated, quote_path
from pyinfra.operations.util.files import adjust_regex, sed_delete, sed_replace, strip_regex_anchors
from pyinfra.operations.util.undoing import appending

from ._arguments import check_path, reveal
from ._diff import show_edit
from ._local import timestamp
from ._paths import edited_path
from ._regex import escape_literal, surely_finds, surely_unchanged


@operation(together=True)
def line(
    path: str,
    line: str,
    present: bool = True,
    replace: str | None = None,
    flags: list[str] | None = None,
    backup: bool = False,
    interpolate_variables: bool = False,
    escape_regex_characters: bool = False,
    ensure_newline: bool = False,
    extended_regex: bool = False,
) -> Generator[StringCommand, None, None]:
    r"""Add, replace or remove lines in a file.

    The lines are those that match anywhere; `^` and `$` in the expression tie it to their start and end. Where none
    matches, `line` itself (without `^` and `$`) or `replace` is added at the end of the file, which is made where it
    is missing. Where a symbolic link is at the path, what it leads to is edited.

    Args:
        path: the file's path on the host.
        line: a basic regular expression (as of grep and sed), or the line itself.
        present: whether such a line should be there; False removes all that match.
        replace: what each line that matches becomes, and what is added where none does; `\1` to `\9` stand for groups.
        flags: sed's flags for the replacement.
        backup: whether a copy of the file stays beside it, named with a timestamp.
        interpolate_variables: whether the shell on the host expands `$NAME` and `$(command)` in `line` and `replace`.
        escape_regex_characters: whether `line` is no expression, but stands for itself.
        ensure_newline: whether a newline is added to a file that does not end with one before the line is.
        extended_regex: whether `line` is an extended regular expression.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.line(
        name="Ensure the address of the application's host is known",
        path="/etc/hosts",
        line="^.*app\\.internal$",
        replace="10.0.0.5 app.internal",
    )
    ```
    """
    path = check_path("path", path)
    line, replace = reveal(line), reveal(replace)
    _check_texts(line, replace, present)
    check_flags(flags)
    pattern = adjust_regex(line, escape_regex_characters, extended_regex)
    search = _Search(path, pattern, interpolate_variables, extended_regex)
    found = search.ask(pattern)
    if not present:
        yield from _remove(search, line, found, backup)
    elif replace is not None and found:
        yield from _replace(search, replace, found, flags or (), backup)
    else:
        text = line if escape_regex_characters else strip_regex_anchors(line)
        yield from _add(
            search, text if replace is None else replace, replace, line, found, ensure_newline, backup
        )


@dataclass
class _Search:
    """Where lines are looked for, and how.

    Attributes:
        path: the file's path on the host.
        pattern: the expression.
        interpolate_variables: whether the shell expands variables in expressions.
        extended_regex: whether expressions are extended ones.
    """

    path: str
    pattern: str
    interpolate_variables: bool
    extended_regex: bool

    def ask(self, pattern: str) -> list[str] | None:
        """Give the lines that match an expression; None where there is no file."""
        found: list[str] | None = host.get_fact(FindInFile, path=self.path, pattern=pattern, **self.regex)
        return found

    @property
    def regex(self) -> dict[str, bool]:
        """How expressions are read, as facts and helpers take it."""
        return {
            "interpolate_variables": self.interpolate_variables,
            "extended_regex": self.extended_regex,
        }

    def has_literal(self, text: str) -> bool:
        """Tell whether a line is there as it is written."""
        return text in (self.ask(f"^{escape_literal(text, self.extended_regex)}$") or ())


def _remove(
    search: _Search, line: str, found: list[str] | None, backup: bool
) -> Generator[StringCommand, None, None]:
    if not found:
        host.noop(f'line "{line}" does not exist in {search.path}')
        return
    delete = partial(sed_delete, edited_path(search.path), search.pattern, "", None, **search.regex)
    show_edit(search.path, delete(in_place=False))
    yield delete(backup=backup)


def _replace(
    search: _Search, replace: str, found: list[str], flags: Sequence[str], backup: bool
) -> Generator[StringCommand, None, None]:
    if _is_replaced(search, replace, found, flags):
        host.noop(f'line "{replace}" exists in {search.path}')
        return
    # An escaped dollar ends no expression: what stands behind it is replaced with the rest of the line.
    pattern = f"{search.pattern}.*$" if search.pattern.endswith("\\$") else search.pattern
    text = replace if search.interpolate_variables else _escape_backslashes(replace)
    edit = partial(sed_replace, edited_path(search.path), pattern, text, flags, **search.regex)
    show_edit(search.path, edit(in_place=False))
    yield edit(backup=backup)


def _add(
    search: _Search,
    text: str,
    replace: str | None,
    line: str,
    found: list[str] | None,
    ensure_newline: bool,
    backup: bool,
) -> Generator[StringCommand, None, None]:
    if _is_present(search, text, found) if replace is None else _is_added(search, text):
        host.noop(f'line "{line if replace is None else replace}" exists in {search.path}')
        return
    path = quote_path(search.path)
    add = _echo(text, search.interpolate_variables)
    if ensure_newline and found is not None:
        newline = StringCommand("[ $(tail -c1", path, "| wc -l) -eq 0 ] && echo")
        add = StringCommand("(", newline, ";", add, ")")
    shown = StringCommand("{ cat", path, "2> /dev/null;", add, "; }")
    show_edit(search.path, shown, exists=found is not None)
    copies = [quote_path(f"{search.path}.{timestamp()}")] if backup and found is not None else []
    kept = [StringCommand("cp", path, copy, "&&") for copy in copies]
    yield appending(StringCommand(*kept, add, ">>", path), path, copies)


def check_flags(flags: Any) -> None:
    """Refuse flags that sed would take for more than flags.

    Args:
        flags: sed's flags, as a list or a str.

    Raises:
        OperationValueError: they are not letters and digits.
    """
    if flags and not re.fullmatch("[A-Za-z0-9]+", "".join(flags)):
        raise OperationValueError(
            f"`flags` must be letters and digits that sed knows, such as 'g', not {flags!r}"
        )


def _check_texts(line: Any, replace: Any, present: bool) -> None:
    for name, value in (("line", line), ("replace", replace)):
        if not isinstance(value, str) and not (name == "replace" and value is None):
            raise OperationTypeError(f"`{name}` must be a string, not {type(value).__name__}")
    if not line and (replace is not None or not present):
        raise OperationValueError(
            "`line` must not be empty where lines are replaced or removed: all would be"
        )
    if "\n" in line and (replace is not None or not present):
        raise OperationValueError(
            "`line` must be one line where lines are replaced or removed: see files.block"
        )


def _is_replaced(search: _Search, replace: str, found: list[str], flags: Sequence[str]) -> bool:
    """Tell whether the lines that match are what they should become."""
    if all(one == replace for one in found):
        return True
    if search.interpolate_variables or not re.search(r"\\[1-9]", replace):
        return False
    text = _escape_backslashes(replace)
    return surely_unchanged(found, search.pattern, text, search.extended_regex, flags)


def _is_present(search: _Search, text: str, found: list[str] | None) -> bool:
    """Tell whether the file has the line, also where the expression does not match what would be added."""
    if "\n" in text:
        return set(text.split("\n")) <= set(found or ())
    if found:
        return True
    if found is None or search.interpolate_variables:
        return False
    return not surely_finds(search.pattern, text, search.extended_regex) and search.has_literal(text)


def _is_added(search: _Search, text: str) -> bool:
    """Tell whether the file has what would be added where no line matches."""
    pattern = f"^{text}$"
    if search.interpolate_variables:
        return bool(search.ask(pattern))
    if "\n" not in text and not surely_finds(pattern, text, search.extended_regex):
        return search.has_literal(text)
    return set(text.split("\n")) <= set(search.ask(pattern) or ())


def _escape_backslashes(replace: str) -> str:
    """Escape backslashes that stand for no group."""
    return keep_secret(replace, re.sub(r"\\(?![1-9])", r"\\\\", replace))


def _echo(text: str, interpolate_variables: bool) -> StringCommand:
    """Give the command that prints a line; some shells' echo reads backslashes and options."""
    word: Any = quote_interpolated(text) if interpolate_variables else QuoteString(text)
    if "\\" in text or re.fullmatch("-[neE]+", text):
        return StringCommand("printf '%s\\n'", word)
    return StringCommand("echo", word)
