"""Commands that change files, and the texts that go into them."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from datetime import datetime, timezone
from difflib import unified_diff
from enum import Enum
from typing import Any

from typing_extensions import override

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import OperationError
from pyinfra.api.hiddenvalue import holds_secret, keep_secret
from pyinfra.api.output import format_text
from pyinfra.facts.util.quoting import feed, quote_interpolated, quote_path, quote_script

__all__ = [
    "MetadataTimeField",
    "adjust_regex",
    "chmod",
    "chown",
    "ensure_mode_int",
    "generate_color_diff",
    "get_timestamp",
    "sed_delete",
    "sed_replace",
    "strip_regex_anchors",
    "touch",
    "unix_path_join",
]


class MetadataTimeField(Enum):
    """A time that a file has."""

    ATIME = "atime"
    MTIME = "mtime"


def unix_path_join(*parts: str) -> str:
    """Join parts of a path on a host, whatever this machine runs.

    Args:
        *parts: parts of the path; slashes at the end of any but the last are dropped.

    Returns:
        The path.
    """
    *folders, last = parts
    return "/".join([*(folder.rstrip("/") for folder in folders), last])


def ensure_mode_int(mode: str | int | None) -> int | str | None:
    """Give a mode in the form in which file facts have it: an int that reads as the octal digits.

    Args:
        mode: `644`, `"644"`, `"0644"` or `"0o644"`; a symbolic mode such as `u+x` is given back as it is.

    Returns:
        The int, the symbolic mode, or None.

    Raises:
        ValueError: it is a number that does not read as octal.
    """
    digits = str(mode).removeprefix("0o")
    if mode is None or isinstance(mode, bool) or not digits.lstrip("-").isdecimal():
        return mode
    if not re.fullmatch("[0-7]+", digits):
        raise ValueError(
            f"Invalid file mode: {mode!r} contains non-octal digits "
            "(expected octal digits 0-7, eg 644, '0644' or '0o644')"
        )
    return int(digits)


def get_timestamp() -> str:
    """Give what backups of this minute end with: ten digits, `yymmddHHMM` in local time."""
    return datetime.now().astimezone().strftime("%y%m%d%H%M")


def strip_regex_anchors(line: str) -> str:
    """Give a regular expression without a `^` at its start and a `$` at its end."""
    stripped = line.removeprefix("^")
    return keep_secret(line, stripped if stripped.endswith("\\$") else stripped.removesuffix("$"))


# In a basic regular expression these stand for themselves, and mean more with a backslash.
_BASIC_LITERALS = "+?(){}"


def adjust_regex(line: str, escape_regex_characters: bool, extended_regex: bool = True) -> str:
    r"""Make a text or regular expression one that matches whole lines.

    Args:
        line: the expression; anchored by its own `^` and `$`, or found anywhere in a line.
        escape_regex_characters: whether each of its characters stands for itself.
        extended_regex: whether it goes to a tool that reads extended expressions, where `+?(){}|` must be
            escaped too.

    Returns:
        The expression.
    """
    if escape_regex_characters:
        special = r"\.*[]^$" + (f"{_BASIC_LITERALS}|" if extended_regex else "")
        line = keep_secret(line, re.sub(f"[{re.escape(special)}]", r"\\\g<0>", line))
    if not line.startswith("^"):
        line = f"^.*{line}"
    if not line.endswith("$"):
        line = f"{line}.*$"
    return line


def _escape_for_sed(text: str, special: str) -> str:
    """Put a backslash before characters that would end the text or mean more; pairs with a backslash stay."""
    escaped = re.sub(
        rf"\\(?:.|$)|[{re.escape(special)}]",
        lambda match: match[0] if len(match[0]) > 1 else f"\\{match[0]}",
        text,
        flags=re.DOTALL,
    )
    return keep_secret(text, escaped)


def _sed_command(
    filename: str,
    script: str,
    backup: bool,
    interpolate_variables: bool,
    extended_regex: bool,
    in_place: bool,
) -> StringCommand:
    word = quote_interpolated(script) if interpolate_variables else quote_script(script)
    secret = holds_secret(script)

    def sed(path: Any, *options: str) -> StringCommand:
        bits = ["sed", *(["-E"] if extended_regex else []), *options, "-f -" if secret else word, path]
        return feed(word, *bits) if secret else StringCommand(*bits)

    path = quote_path(filename)
    if not in_place:
        return sed(path)
    suffix = f".{get_timestamp()}"
    kept = quote_path(f"{filename}{suffix}")
    return _EditInPlace(sed(path, f"-i{suffix}"), sed(kept), path, kept, backup)


class _EditInPlace(StringCommand):
    """A `sed -i`, of which it is verified that all it prints is in the file: some write to a full disk in silence.

    Args:
        edit: the command, which keeps the old file under another name.
        printing: the command that prints the edited text of the file that was kept.
        path: the file, quoted.
        kept: the other name, quoted.
        backup: whether that stays.
    """

    def __init__(
        self, edit: StringCommand, printing: StringCommand, path: Any, kept: Any, backup: bool
    ) -> None:
        self._remove = [] if backup else ["&& rm -f", kept]
        super().__init__(edit, *self._remove)
        self._edit, self._printing, self._path, self._kept = edit, printing, path, kept

    @override
    def as_run(self) -> StringCommand:
        printed = StringCommand("$(", self._printing, "| wc -c)")
        # More is what someone else has written since.
        verify = StringCommand("[ $(wc -c <", self._path, ") -ge", printed, "]")
        told = StringCommand("echo sed could not write all of", self._path, ">&2")
        put_back = StringCommand("|| {", told, "; mv -f", self._kept, self._path, "; false; }")
        return StringCommand("{", self._edit, "&& {", verify, put_back, "; }", *self._remove, "; }")


def sed_delete(
    filename: str,
    line: str,
    replace: str,  # noqa: ARG001 - the documented signature
    flags: Sequence[str] | None = None,  # noqa: ARG001 - the documented signature
    backup: bool = False,
    interpolate_variables: bool = False,
    extended_regex: bool = False,
    in_place: bool = True,
) -> StringCommand:
    """Give the command that deletes lines from a file.

    Args:
        filename: the file on the host.
        line: a regular expression of the lines.
        replace: not used.
        flags: not used.
        backup: whether a copy stays beside the file, named with a timestamp.
        interpolate_variables: whether the shell expands variables in the expression.
        extended_regex: whether it is an extended regular expression.
        in_place: False to print the edited text and leave the file alone.

    Returns:
        The command.
    """
    script = f"/{_escape_for_sed(line, '/')}/d"
    return _sed_command(filename, script, backup, interpolate_variables, extended_regex, in_place)


def sed_replace(
    filename: str,
    line: str,
    replace: str,
    flags: Sequence[str] | None = None,
    backup: bool = False,
    interpolate_variables: bool = False,
    extended_regex: bool = False,
    in_place: bool = True,
) -> StringCommand:
    r"""Give the command that replaces text in a file.

    Args:
        filename: the file on the host.
        line: a regular expression of the text.
        replace: what it becomes; `/`, `&` and newlines stand for themselves, `\1` to `\9` for groups.
        flags: sed's flags, such as `g`.
        backup: whether a copy stays beside the file, named with a timestamp.
        interpolate_variables: whether the shell expands variables in both texts.
        extended_regex: whether the expression is an extended one.
        in_place: False to print the edited text and leave the file alone.

    Returns:
        The command.
    """
    expression, text = _escape_for_sed(line, "/"), _escape_for_sed(replace, "/&\n")
    script = f"s/{expression}/{text}/{''.join(flags or ())}"
    return _sed_command(filename, script, backup, interpolate_variables, extended_regex, in_place)


def chmod(target: str, mode: str | int, recursive: bool = False) -> StringCommand:
    """Give the command that changes a file's mode.

    Args:
        target: the file on the host.
        mode: octal digits or a symbolic mode.
        recursive: whether everything below it is changed too.

    Returns:
        The command.
    """
    return StringCommand("chmod", *(["-R"] if recursive else []), QuoteString(mode), quote_path(target))


def chown(
    target: str,
    user: str | None = None,
    group: str | None = None,
    recursive: bool = False,
    dereference: bool = True,
) -> StringCommand:
    """Give the command that changes a file's owner.

    Args:
        target: the file on the host.
        user: the user; None to leave it.
        group: the group; None to leave it.
        recursive: whether everything below it is changed too.
        dereference: whether a symbolic link stands for what it leads to.

    Returns:
        The command.

    Raises:
        OperationError: neither user nor group is given.
    """
    if not user and not group:
        raise OperationError("chown() requires at least one of user or group")
    owner = f"{user}:{group}" if user and group else user or group
    bits: list[Any] = ["chown" if user else "chgrp"]
    bits += ["-R"] if recursive else []
    bits += [] if dereference else ["-h"]
    bits += ["--"] if str(owner).startswith("-") else []
    return StringCommand(*bits, QuoteString(owner), quote_path(target))


def touch(
    target: str, timefield: MetadataTimeField, timesrc: datetime, dereference: bool = True
) -> StringCommand:
    """Give the command that sets one of a file's times.

    Args:
        target: the file on the host.
        timefield: which time.
        timesrc: the time, with its zone.
        dereference: whether a symbolic link stands for what it leads to.

    Returns:
        The command.
    """
    written = timesrc.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    which = "-a" if timefield is MetadataTimeField.ATIME else "-m"
    bits = ["touch", which, "-d", written, *([] if dereference else ["-h"])]
    return StringCommand(*bits, quote_path(target))


_DIFF_COLORS = {"-": "red", "+": "green", "?": "yellow"}


def generate_color_diff(
    current_lines: Sequence[str], desired_lines: Sequence[str]
) -> Generator[str, None, None]:
    """Give the lines of a unified diff, coloured where the front end has colours.

    Args:
        current_lines: the lines as they are, with or without their newlines.
        desired_lines: the lines as they shall be.

    Yields:
        Each line of the diff, without a newline; nothing where both are equal.
    """
    current, desired = ([line.rstrip("\n") for line in lines] for lines in (current_lines, desired_lines))
    for number, line in enumerate(unified_diff(current, desired, lineterm="")):
        if number < 2:  # noqa: PLR2004 - the two lines that name the files
            continue
        if line.startswith("@@"):
            yield format_text(line, "cyan")
        else:
            color = _DIFF_COLORS.get(line[0])
            text = f"{line[0]} {line[1:]}"
            yield format_text(text, color) if color else text
