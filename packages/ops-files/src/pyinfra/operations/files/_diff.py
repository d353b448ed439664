"""What `--diff` shows: the lines that change in a file."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import IO, Any

from pyinfra import host, state
from pyinfra.api import FactBase, StringCommand
from pyinfra.api.hiddenvalue import MASK, mask
from pyinfra.api.util import get_file_io
from pyinfra.facts.files import FileContents
from pyinfra.operations.util.files import generate_color_diff

# Nobody reads the diff of a file that is larger (characters), and it would have to be held in memory.
_LIMIT = 1024 * 1024
_HIDDEN = "(not shown: it may hold an old secret)"


class EditedLines(FactBase["list[str] | None"]):
    """The lines that an edit would leave in a file, as the command prints them that would make it."""

    side_effect_free = True

    def command(self, command: str) -> str:
        """Give the command as it is."""
        return command

    def process(self, output: list[str]) -> list[str] | None:
        """Give the lines as they are."""
        return output

    @staticmethod
    def default() -> list[str] | None:
        """Give no lines for no output."""
        return []


def wants_diff() -> bool:
    """Tell whether somebody wants to see what changes now."""
    return bool(state.config.DIFF) and (state.is_executing or state.should_check_for_changes())


def show_upload(source: str | IO[Any], path: str, exists: bool) -> None:
    """Show what an upload changes.

    Args:
        source: a local path, or an IO.
        path: the file's path on the host.
        exists: whether there is a file.
    """
    if not wants_diff():
        return
    with get_file_io(source) as opened:
        content = opened.read(_LIMIT + 1)
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    desired = raw.decode("utf-8", "surrogateescape")
    _show(path, "\n".join(_current_lines(path, exists)), desired.removesuffix("\n"), exists)


def show_edit(path: str, command: StringCommand, exists: bool = True) -> None:
    """Show what an edit changes.

    Args:
        path: the file's path on the host.
        command: what prints the edited lines, and changes nothing.
        exists: whether there is a file.
    """
    if not wants_diff():
        return
    current = _current_lines(path, exists)
    desired = host.get_fact(EditedLines, command=command.get_raw_value()) or []
    _show(path, "\n".join(current), "\n".join(desired), exists)


def _current_lines(path: str, exists: bool) -> list[str]:
    lines: list[str] | None = host.get_fact(FileContents, path=path) if exists else None
    return lines or []


def _show(path: str, current: str, desired: str, exists: bool) -> None:
    host.log(f"Will {'modify' if exists else 'create'} {path}")
    for line in _diff_lines(current, desired):
        host.log(f"  {line}")


def _diff_lines(current: str, desired: str) -> list[str]:
    if len(current) > _LIMIT or len(desired) > _LIMIT:
        return ["(too large to show what changes)"]
    if _is_binary(current) or _is_binary(desired):
        return ["(binary content)"]
    # Masked before the comparison: a secret of several lines is found in the whole text alone.
    current, desired = mask(current), mask(desired)
    old, new = _lines(current), _lines(desired)
    shown = list(generate_color_diff(_hide_old_secrets(old, new), new))
    return shown or ["(what changes is not shown: secrets, or the newline at the end)"]


def _hide_old_secrets(current: list[str], desired: list[str]) -> list[str]:
    """Hide the lines in whose place a secret comes: they may hold the one before it, which nobody marks any more."""
    if not any(MASK in line for line in desired):
        return current
    hidden = list(current)
    for kind, start, end, new_start, new_end in SequenceMatcher(None, current, desired).get_opcodes():
        if kind == "replace" and any(MASK in line for line in desired[new_start:new_end]):
            hidden[start:end] = [_HIDDEN] * (end - start)
    return hidden


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _is_binary(text: str) -> bool:
    return any(character == "\0" or "\udc80" <= character <= "\udcff" for character in text)
