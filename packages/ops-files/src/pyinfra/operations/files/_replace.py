"""The operation `files.replace`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.facts.files import FindInFile
from pyinfra.operations.util.files import sed_replace

from ._arguments import check_path, reveal
from ._diff import show_edit
from ._line import check_flags
from ._paths import edited_path
from ._regex import surely_unchanged


@operation(together=True)
def replace(
    path: str,
    text: str | None = None,
    replace: str | None = None,
    flags: list[str] | None = None,
    backup: bool = False,
    interpolate_variables: bool = False,
    extended_regex: bool = False,
    match: str | None = None,
) -> Generator[StringCommand, None, None]:
    r"""Replace text in a file.

    Where a symbolic link is at the path, what it leads to is edited.

    Args:
        path: the file's path on the host.
        text: a basic regular expression (as of grep and sed) of what is replaced, within a line.
        replace: what it becomes; `\1` to `\9` stand for groups.
        flags: sed's flags: `["g"]` to replace more than the first in each line.
        backup: whether a copy of the file stays beside it, named with a timestamp.
        interpolate_variables: whether the shell on the host expands `$NAME` and `$(command)` in `text` and `replace`.
        extended_regex: whether `text` is an extended regular expression.
        match: an older name of `text`.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.replace(
        name="Let nobody log in with a password",
        path="/etc/ssh/sshd_config",
        text="^#*PasswordAuthentication.*$",
        replace="PasswordAuthentication no",
    )
    ```
    """
    path = check_path("path", path)
    text = _check_text("text", match if text is None else text)
    replace = _check_text("replace", replace)
    if not text or "\n" in text:
        raise OperationValueError("`text` must be found within one line: it can't be empty or hold a newline")
    check_flags(flags)
    regex = {"interpolate_variables": interpolate_variables, "extended_regex": extended_regex}
    found = host.get_fact(FindInFile, path=path, pattern=text, **regex)
    if found is not None and not found:
        host.noop(f'string "{text}" does not exist in {path}')
        return
    if (
        found
        and not interpolate_variables
        and surely_unchanged(found, text, replace, extended_regex, flags or ())
    ):
        host.noop(f'string "{text}" is already replaced in {path}')
        return
    path = edited_path(path)
    if found:
        show_edit(path, sed_replace(path, text, replace, flags, in_place=False, **regex))
    yield sed_replace(path, text, replace, flags, backup=backup, **regex)


def _check_text(name: str, value: Any) -> str:
    value = reveal(value)
    if value is None:
        raise OperationTypeError(f"Missing argument `{name}` required in `files.replace` operation")
    if not isinstance(value, str):
        raise OperationTypeError(f"`{name}` must be a string, not {type(value).__name__}")
    return value
