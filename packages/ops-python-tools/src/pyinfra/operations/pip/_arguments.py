"""Arguments that the operations of pip, pipx and uv share."""

from __future__ import annotations

import shlex

from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.facts.pip._command import quote_words


def extra_words(value: str | list[str] | None, what: str) -> str:
    """Quote further arguments of a command.

    Args:
        value: words of a command in one str, or the arguments one by one.
        what: the argument's name.

    Returns:
        The arguments, each quoted; empty for none.

    Raises:
        OperationTypeError: one is no str.
        OperationValueError: quotes are not closed.
    """
    if isinstance(value, str):
        return quote_words(value.strip(), what, OperationValueError)
    for word in value or ():
        if not isinstance(word, str):
            raise OperationTypeError(f"{what} must be words of a command, not {word!r}")
    return shlex.join(value or ())


def check_path(path: str, what: str) -> None:
    """Refuse a path that names nothing.

    Args:
        path: the path.
        what: the argument's name.

    Raises:
        OperationValueError: it is empty.
    """
    if not isinstance(path, str) or not path.strip():
        raise OperationValueError(f"{what} must be the path of a folder, not {path!r}")
