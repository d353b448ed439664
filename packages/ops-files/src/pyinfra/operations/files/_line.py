"""The operation `files.line`."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.files import FindInFile
from pyinfra.facts.util.quoting import quote_interpolated, quote_path
from pyinfra.operations.util.files import adjust_regex, sed_delete, sed_replace, strip_regex_anchors

from ._arguments import check_path
from ._diff import show_edit
from ._local import timestamp
from ._regex import escape_literal, surely_finds, surely_unchanged


@operation()
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
    is missing.

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
    files.line(
        name="Ensure the address of the application's host is known",
        path="/etc/hosts",
        line="^.*app\\.internal$",
        replace="10.0.0.5 app.internal",
    )
    ```
    """
    path = check_path("path", path)
    _check_texts(line, replace, present)
    check_flags(flags)
    pattern = adjust_regex(line, escape_regex_characters, extended_regex)
    regex = {"interpolate_variables": interpolate_variables, "extended_regex": extended_regex}
    found = host.get_fact(FindInFile, path=path, pattern=pattern, **regex)
    if found and (replace is not None or not present):
        if present and replace is not None:
            if _is_replaced(found, pattern, replace, flags or (), **regex):
                host.noop(f'line "{replace}" exists in {path}')
                return
            replaced = pattern if not pattern.endswith("\\$") else f"{pattern}.*$"
            written = replace if interpolate_variables else _escape_backslashes(replace)
            edit: Any = (sed_replace, path, replaced, written, flags)
        else:
            edit = (sed_delete, path, pattern, "", None)
        make, *arguments = edit
        show_edit(path, make(*arguments, in_place=False, **regex))
        yield make(*arguments, backup=backup, **regex)
        return
    if not present:
        host.noop(f'line "{line}" does not exist in {path}')
        return
    text = replace if replace is not None else line if escape_regex_characters else strip_regex_anchors(line)
    exists = (
        _is_present(path, text, pattern, found, **regex)
        if replace is None
        else _is_added(path, text, **regex)
    )
    if exists:
        host.noop(f'line "{line if replace is None else replace}" exists in {path}')
        return
    add = _echo(text, interpolate_variables)
    if ensure_newline and found is not None:
        newline = StringCommand("[ $(tail -c1", quote_path(path), "| wc -l) -eq 0 ] && echo")
        add = StringCommand("(", newline, ";", add, ")")
    shown = StringCommand("{ cat", quote_path(path), "2> /dev/null;", add, "; }")
    show_edit(path, shown, exists=found is not None)
    kept = (
        [StringCommand("cp", quote_path(path), quote_path(f"{path}.{timestamp()}"), "&&")] if backup else []
    )
    yield StringCommand(*(kept if found is not None else []), add, ">>", quote_path(path))


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
    if "\n" in line and (replace is not None or not present):
        raise OperationValueError(
            "`line` must be one line where lines are replaced or removed: see files.block"
        )


def _is_replaced(
    found: list[str],
    pattern: str,
    replace: str,
    flags: Sequence[str],
    interpolate_variables: bool,
    extended_regex: bool,
) -> bool:
    """Tell whether the lines that match are what they should become."""
    if all(one == replace for one in found):
        return True
    groups = re.search(r"\\[1-9]", replace) and not interpolate_variables
    return bool(groups) and surely_unchanged(
        found, pattern, _escape_backslashes(replace), extended_regex, flags
    )


def _is_present(
    path: str,
    text: str,
    pattern: str,
    found: list[str] | None,
    interpolate_variables: bool,
    extended_regex: bool,
) -> bool:
    """Tell whether the file has the line, also where the expression does not match what would be added."""
    if "\n" in text:
        return set(text.split("\n")) <= set(found or ())
    if found:
        return True
    if found is None or interpolate_variables or surely_finds(pattern, text, extended_regex):
        return False
    return _has_literal(path, text, extended_regex)


def _is_added(path: str, text: str, interpolate_variables: bool, extended_regex: bool) -> bool:
    """Tell whether the file has what would be added where no line matches."""
    pattern = f"^{text}$"
    if interpolate_variables:
        return bool(
            host.get_fact(
                FindInFile,
                path=path,
                pattern=pattern,
                interpolate_variables=True,
                extended_regex=extended_regex,
            )
        )
    if "\n" not in text and not surely_finds(pattern, text, extended_regex):
        return _has_literal(path, text, extended_regex)
    found = host.get_fact(
        FindInFile, path=path, pattern=pattern, interpolate_variables=False, extended_regex=extended_regex
    )
    return set(text.split("\n")) <= set(found or ())


def _has_literal(path: str, text: str, extended_regex: bool) -> bool:
    found = host.get_fact(
        FindInFile,
        path=path,
        pattern=f"^{escape_literal(text, extended_regex)}$",
        interpolate_variables=False,
        extended_regex=extended_regex,
    )
    return text in (found or ())


def _escape_backslashes(replace: str) -> str:
    """Escape backslashes that stand for no group."""
    return re.sub(r"\\(?![1-9])", r"\\\\", replace)


def _echo(text: str, interpolate_variables: bool) -> StringCommand:
    """Give the command that prints a line; some shells' echo reads backslashes and options."""
    word: Any = quote_interpolated(text) if interpolate_variables else QuoteString(text)
    if "\\" in text or re.fullmatch("-[neE]+", text):
        return StringCommand("printf '%s\\n'", word)
    return StringCommand("echo", word)
