"""What facts share: commands that read files which may not be there."""

from __future__ import annotations

from pyinfra.api.command import StringCommand

from .quoting import quote_glob, quote_interpolated, quote_path

__all__ = ["make_cat_files_command", "make_cat_files_command_with_markers"]


def make_cat_files_command(*filenames: str) -> str:
    """Give a command that prints files, of which any may be missing.

    Args:
        *filenames: paths on the host; the shell expands `*` and `?` in them.

    Returns:
        A POSIX shell command that prints the files one after the other, and succeeds where one is not there.
    """
    commands = [_make_cat_command(filename) for filename in filenames]
    if len(commands) == 1:
        return commands[0]
    return " && ".join(f"({command})" for command in commands)


def _make_cat_command(filename: str) -> str:
    if _is_glob(filename):
        return StringCommand("cat", quote_glob(filename), "|| true").get_raw_value()
    path = quote_path(filename)
    return StringCommand("! test -f", path, "|| cat", path).get_raw_value()


def make_cat_files_command_with_markers(marker: str, *filenames: str) -> str:
    """Give a command that prints files, each behind a line that names it.

    Args:
        marker: what that line starts with; the file's path follows after a space.
        *filenames: paths on the host; the shell expands `*` and `?` in them.

    Returns:
        A POSIX shell command that succeeds where a file is not there.
    """
    words = [
        (quote_glob(filename) if _is_glob(filename) else StringCommand(quote_path(filename))).get_raw_value()
        for filename in filenames
    ]
    print_marker = f'printf {quote_interpolated(f"{_as_format(marker)} %s{chr(92)}n")} "$f"'
    return f'for f in {" ".join(words)}; do [ -f "$f" ] && {{ {print_marker}; cat "$f"; }}; done || true'


def _is_glob(filename: str) -> bool:
    return "*" in filename or "?" in filename


def _as_format(text: str) -> str:
    """Escape what printf's format and double quotes would take for more than text."""
    return text.replace("\\", "\\\\\\\\").replace("%", "%%").replace("$", "\\$").replace("`", "\\`")
