"""What the arguments of the operations may be."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.facts.apt._sources import is_read_by_apt


def check_package_names(packages: str | list[str] | None) -> list[str]:
    """Read names of packages.

    Args:
        packages: a name, or names.

    Returns:
        The names.

    Raises:
        OperationTypeError: one is no str.
        OperationValueError: apt would take one for something else than a package to install.
    """
    if not isinstance(packages, str | list | tuple | set | None):
        raise OperationTypeError(f"packages must be names of packages, or one, not {packages!r}")
    names = [packages] if isinstance(packages, str) else list(packages or ())
    for name in names:
        if not isinstance(name, str):
            raise OperationTypeError(f"packages must be names of packages, not {name!r}")
        if not name.strip() or name.startswith("-"):
            raise OperationValueError(
                f"packages must be names of packages, not {name!r}; options go in extra_install_args or "
                "extra_uninstall_args"
            )
        if name.endswith("="):
            raise OperationValueError(f"packages has no version behind the '=' of {name!r}")
        if name.endswith("-"):
            raise OperationValueError(
                f"apt would remove {name[:-1]!r} for {name!r}; use present=False to remove it"
            )
    return names


def check_text(value: object, what: str, kind: str) -> None:
    """Refuse what is no text.

    Args:
        value: the argument.
        what: its name.
        kind: what it must be, for the error.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty, or holds a NUL.
    """
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be {kind}, not {value!r}")
    if not value.strip() or "\0" in value:
        raise OperationValueError(f"{what} must be {kind}, not {value!r}")


def as_words(value: str | Iterable[str] | None, what: str) -> list[str]:
    """Read words that are given in one str or as a list.

    Args:
        value: the words.
        what: the argument's name.

    Returns:
        The words.

    Raises:
        OperationTypeError: it is neither a str nor a list.
        OperationValueError: one of a list is empty or holds a space or newline.
    """
    if isinstance(value, str):
        return value.split()
    if not isinstance(value, list | tuple | set | None):
        raise OperationTypeError(f"{what} must be words, or one str of them, not {value!r}")
    words = list(value or ())
    for word in words:
        if not isinstance(word, str) or word.split() != [word]:
            raise OperationValueError(f"{what} must be words without spaces, not {word!r}")
    return words


def check_file_name(name: str, what: str) -> None:
    """Refuse the name of a file that apt would not read.

    Args:
        name: the name.
        what: the argument's name.

    Raises:
        OperationValueError: it is empty, leads to another folder, or is made of other characters than `sources.list(5)`
            allows.
    """
    if not isinstance(name, str) or not is_read_by_apt(name):
        raise OperationValueError(
            f"{what} must be a file's name of letters, digits, '-', '_' and '.', as apt reads no others, not {name!r}"
        )
