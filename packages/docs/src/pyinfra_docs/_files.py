"""Reading files, with errors that name them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ._errors import DocsError

if TYPE_CHECKING:
    from pathlib import Path


def read_text(file: Path) -> str:
    """Read a file of text.

    Args:
        file: the file, in UTF-8.

    Returns:
        Its content.

    Raises:
        DocsError: it can't be read; names it.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise DocsError(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start].count(b"\n")
        raise DocsError(f"{file}:{before + 1}: this is not UTF-8: {error.reason}") from error


def parse(file: Path) -> ast.Module:
    """Read a file of Python.

    Args:
        file: the file.

    Returns:
        Its syntax tree.

    Raises:
        DocsError: it can't be read, or is no Python; names it and the line.
    """
    text = read_text(file)
    try:
        return ast.parse(text, str(file))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise DocsError(f"{file}:{line}: this is no Python: {getattr(error, 'msg', error)}") from error
