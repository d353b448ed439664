"""The operation `files.block`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Generator
from typing import Any

from pyinfra import host, state
from pyinfra.api import (
    HiddenValue,
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.hiddenvalue import holds_secret, keep_secret
from pyinfra.connectors.util import Placement, upload_command
from pyinfra.facts.files import Block, FindDirectories
from pyinfra.facts.files._block import awk_command, awk_operand, awk_pattern, make_markers
from pyinfra.facts.util.quoting import feed, quote_path, quote_script
from pyinfra.operations.util.files import adjust_regex
from pyinfra.operations.util.undoing import UndoingCommand
from typing_extensions import override

from ._arguments import check_path, reveal
from ._diff import show_edit
from ._local import timestamp
from ._paths import edited_path

# Gives a command that prints the edited text, to where the given redirection says.
_Edit = Callable[[str], StringCommand]

# A new file's permissions, as mktemp gives them.
_NEW = Placement(mode=600)
# Characters of a literal that each awk takes: mawk knows a limit.
_LITERAL = 200


@operation(together=True)
def block(
    path: str,
    content: str | list[str] | None = None,
    present: bool = True,
    line: str | None = None,
    backup: bool = False,
    escape_regex_characters: bool = False,
    try_prevent_shell_expansion: bool = False,  # noqa: ARG001 - no shell expands content
    before: bool = False,
    after: bool = False,
    marker: str | None = None,
    begin: str | None = None,
    end: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Add, change or remove a block of lines between two marker lines in a file.

    A block that is there is changed in its place. A new one goes before or after the first line that matches `line`,
    at the end where none does, or, without `line`, at the end of the file or (with `before` and `after`) at its start.
    A file that is missing is made. Where a symbolic link is at the path, what it leads to is edited.

    Args:
        path: the file's path on the host.
        content: the lines of the block, as a list or one text.
        present: whether the block should be there; False removes it and its markers, whatever it holds.
        line: an extended regular expression of the line that a new block goes next to.
        backup: whether a copy of the file stays beside it, named with a timestamp.
        escape_regex_characters: whether `line` is no expression, but stands for itself.
        try_prevent_shell_expansion: not needed: no shell expands the content.
        before: whether a new block goes before `line`.
        after: whether a new block goes after `line`.
        marker: the marker lines, in which `{mark}` stands for `begin` or `end`; `# {mark} PYINFRA BLOCK` for None.
        begin: the word in the first marker; `BEGIN` for None.
        end: the word in the last marker; `END` for None.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.block(
        name="Ensure the cluster's hosts are known",
        path="/etc/hosts",
        content=["10.0.0.2 alpha", "10.0.0.3 beta"],
        marker="# {mark} CLUSTER",
    )
    ```
    """
    path = check_path("path", path)
    try:
        markers = make_markers(marker, begin, end)
    except ValueError as error:
        raise OperationValueError(str(error)) from error
    line = reveal(line)
    lines = _check_content(content, markers) if present else []
    if present:
        _check_place(line, before, after)
    current = host.get_fact(Block, path=path, marker=marker, begin=begin, end=end)
    if not present:
        if not current:
            why = "file did not exist" if current is None else "markers not found"
            host.noop(f"no remove required: {why}")
            return
        edit = _removal(path, markers)
    elif current == lines:
        host.noop("content already present")
        return
    elif current:
        edit = _change(path, markers, lines)
    elif current is not None and line:
        expression = adjust_regex(line, escape_regex_characters)
        edit = _insertion(path, expression, [markers[0], *lines, markers[1]], before)
    else:
        operand = awk_operand(path) if current is not None else "/dev/null"
        edit = _addition(operand, [markers[0], *lines, markers[1]], before)
    exists = current is not None
    if exists and not current:
        _refuse_directory(path)
    show_edit(path, edit(""), exists)
    path = edited_path(path)
    folder = _temporary_folder(path)
    redirection = ' > "$OUT"' if present or not _is_safe(folder) else " > $OUT"
    shown = _rewrite(path, edit(redirection), exists, backup, folder)
    yield _Rewrite(shown, edit(""), path, exists, backup)


def _refuse_directory(path: str) -> None:
    """Refuse what `mv` would put a file into; awk and find tell of it as of a file that is empty."""
    if state.is_executing and host.get_fact(FindDirectories, path=f"{path}/.", maxdepth=0):
        raise OperationError(f"{path} is a directory: `path` must be that of a file")


def _temporary_folder(path: str) -> str:
    """Give the folder in which the edited text is written: the file's own, where a rename replaces it in one step."""
    folder = host.get_temp_dir_config()
    is_default = folder == state.config.DEFAULT_TEMP_DIR
    return (posixpath.dirname(path) or ".") if is_default else folder


def _check_content(content: Any, markers: tuple[str, str]) -> list[str]:
    content = reveal(content)
    if not content:
        raise OperationValueError("'content' must be supplied when 'present' == True")
    parts = [content] if isinstance(content, str) else content
    parts = [reveal(part) for part in parts] if isinstance(parts, list | tuple) else [parts]
    if not all(isinstance(part, str) for part in parts):
        raise OperationTypeError("'content' must be a string or a list of strings")
    lines = "\n".join(parts).removesuffix("\n").split("\n")
    if any(marker in one for marker in markers for one in lines):
        raise OperationValueError(f"'content' must not hold the markers, {markers[0]!r} and {markers[1]!r}")
    return lines


def _check_place(line: Any, before: bool, after: bool) -> None:
    if line and before == after:
        raise OperationValueError("only one of 'before' or 'after' used when 'line` is specified")
    if not line and before != after:
        raise OperationValueError("'line' must be supplied or 'before' and 'after' must be equal")
    if line and not isinstance(line, str):
        raise OperationTypeError("'line' must be a regex or a string")
    if line and "\n" in line:
        raise OperationValueError("'line' must be one line")


def _awk(command: StringCommand) -> _Edit:
    return lambda redirection: StringCommand(command, redirection, _separator="")


def _awk_with_text(begin: str, script: str, path: str, text: str) -> _Edit:
    """Give the edit of a script that has a text in its variable `x`.

    Args:
        begin: what stands before that is set.
        script: what follows.
        path: the file's path.
        text: the text.

    Returns:
        The edit.
    """
    if not holds_secret(script) and not holds_secret(text):
        whole = f'{begin}x=ARGV[2]; ARGV[2]=""{script}'
        return _awk(StringCommand("awk", quote_script(whole), awk_operand(path), QuoteString(text)))
    hidden = StringCommand(begin, HiddenValue(_assignments(text)), script, _separator="")
    return _awk(feed(QuoteString(hidden), "awk -f -", awk_operand(path)))


def _assignments(text: str) -> str:
    """Give the awk statements that make `x` a text; some awks take no long literals."""
    pieces = [text[start : start + _LITERAL] for start in range(0, len(text), _LITERAL)]
    escaped = (re.sub(r'[\\"]', r"\\\g<0>", piece).replace("\n", "\\n") for piece in pieces)
    return "; ".join(['x=""', *(f'x=x "{piece}"' for piece in escaped)])


def _removal(path: str, markers: tuple[str, str]) -> _Edit:
    return _awk(awk_command(f"{awk_pattern(markers[0])},{awk_pattern(markers[1])} {{next}} 1", path))


def _change(path: str, markers: tuple[str, str], lines: list[str]) -> _Edit:
    first, last = (awk_pattern(marker) for marker in markers)
    script = f"}}}}{first} {{print; print x; f=0}} {last} {{print; f=1; next}} f"
    return _awk_with_text("BEGIN {{f=1; ", script, path, "\n".join(lines))


def _insertion(path: str, expression: str, lines: list[str], before: bool) -> _Edit:
    escaped = re.sub(r"\\.|/", lambda match: "\\/" if match[0] == "/" else match[0], expression)
    pattern = keep_secret(expression, escaped)
    place = f"f!=1 && /{pattern}/ {{ print x; f=1}} END {{if (f==0) print x }} "
    where = f" {place}{{ print }}" if before else f"{{ print }} {place}"
    return _awk_with_text("BEGIN {", f"}} {where}", path, "\n".join(lines))


def _addition(operand: Any, lines: list[str], before: bool) -> _Edit:
    word = "PYINFRAHERE"
    while word in lines:
        word += "_"
    operands = [" - ", operand] if before else [operand, " - "]

    def edit(redirection: str) -> StringCommand:
        awk = StringCommand("( awk '{{print}}'", *operands)
        document = "\n".join([f" <<'{word}'", *lines, word, " )"])
        return StringCommand(awk, redirection, document, _separator="")

    return edit


def _is_safe(folder: str) -> bool:
    return QuoteString(folder).obj == folder and re.fullmatch("[A-Za-z0-9/._-]+", folder) is not None


def _rewrite(path: str, edit: StringCommand, exists: bool, backup: bool, folder: str) -> StringCommand:
    """Give the command that replaces a file by what an edit writes to `$OUT`, and keeps its owner and mode."""
    word = quote_path(path)
    where = quote_path(folder)
    kept = ["cp", word, quote_path(f"{path}.{timestamp()}"), "&&"] if backup and exists else []
    temporary = StringCommand('OUT="$(TMPDIR=', where, ' mktemp -t pyinfra.XXXXXX)" && ', _separator="")
    mode = StringCommand(
        *('MODE="$(stat -c %a', word), *("2>/dev/null || stat -f %Lp", word), '2>/dev/null)" &&'
    )
    owner = StringCommand(
        *('OWNER="$(stat -c "%u:%g"', word),
        *('2>/dev/null || stat -f "%u:%g"', word),
        '2>/dev/null || echo $(id -un):$(id -gn))" &&',
    )
    # The path a second time is what keeps this text as people know it from their logs; chown takes it twice.
    after = StringCommand(' && chmod "$MODE"', word) if exists else StringCommand("", word)
    return StringCommand(
        *kept,
        temporary,
        *([mode] if exists else []),
        owner,
        edit,
        *(' && mv "$OUT"', word),
        *(' && chown "$OWNER"', word),
        after,
    )


class _Rewrite(StringCommand):
    """The command of `_rewrite`, which is run as an upload of what an edit prints.

    So the old file is there until the new one is whole, with its owner and mode; some awks that write to a full disk
    do not tell.
    """

    def __init__(
        self, shown: StringCommand, edit: StringCommand, path: str, exists: bool, backup: bool
    ) -> None:
        super().__init__(*shown.bits)
        self._edit, self._path = edit, path
        self._mode = None if exists else _NEW
        self._backup = f"{path}.{timestamp()}" if backup and exists else None

    @override
    def as_run(self) -> StringCommand:
        size = StringCommand('"$(($(__edit | wc -c)))"')
        write = StringCommand("__edit > /dev/null && __edit |", upload_command(self._path, size, self._mode))
        if self._backup is not None:
            copy = quote_path(self._backup)
            write = StringCommand("cp", quote_path(self._path), copy, "&&", write)
            write = UndoingCommand(write, StringCommand("rm -f", copy)).as_run()
        return StringCommand("{ __edit() {", self._edit, "; };", write, "; }")
