"""What the arguments of dnf's and yum's operations may be."""

from __future__ import annotations

import re

from pyinfra.api import OperationTypeError, OperationValueError

_PATTERN = re.compile(r"""['"\\*?\[\]{}]""")
_REPOSITORY_ID = re.compile(r"[A-Za-z0-9_.:\-]+")


def check_package_names(packages: str | list[str] | None) -> list[str]:
    """Read names of packages.

    Args:
        packages: a name, or names.

    Returns:
        The names.

    Raises:
        OperationTypeError: one is no str.
        OperationValueError: one is empty, or would be taken for an option.
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
    return names


def check_word(value: str, what: str, kind: str) -> str:
    """Refuse what a tool would take for an option, or for nothing.

    Args:
        value: the argument.
        what: its name.
        kind: what it must be, for the error.

    Returns:
        The argument.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty or begins with a dash.
    """
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be {kind}, not {value!r}")
    if not value.strip() or value.startswith("-"):
        raise OperationValueError(f"{what} must be {kind}, not {value!r}")
    return value


def check_repository(src: str, baseurl: str | None) -> None:
    """Refuse the ID of a repository that dnf and yum would pass over, and two answers to where its packages are.

    Args:
        src: the ID, or the URL of a file that names repositories.
        baseurl: where the packages are.

    Raises:
        OperationTypeError: `src` or `baseurl` is no str.
        OperationValueError: it is not such an ID, or there is a `baseurl` beside a URL.
    """
    if not isinstance(src, str):
        raise OperationTypeError(f"src must be a repository's ID or the URL of its file, not {src!r}")
    if baseurl is not None and not isinstance(baseurl, str):
        raise OperationTypeError(f"baseurl must be the URL of packages, not {baseurl!r}")
    if "://" in src:
        if baseurl:
            raise OperationValueError(
                f"baseurl must not be given beside {src!r}, the URL of a file that says where the packages are"
            )
    elif not _REPOSITORY_ID.fullmatch(src):
        raise OperationValueError(
            f"src must be a URL, or a repository's ID of letters, digits, '-', '_', '.' and ':', not {src!r}"
        )


def check_file(src: str) -> None:
    """Refuse what is no path of a file, or not for rpm, which reads patterns and quotes in the paths that it installs.

    Args:
        src: the path or URL.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty, or a path with such characters.
    """
    if not isinstance(src, str):
        raise OperationTypeError(f"src must be the path or URL of a package's file, not {src!r}")
    if not src.strip():
        raise OperationValueError(f"src must be the path or URL of a package's file, not {src!r}")
    if "://" not in src and _PATTERN.search(src):
        raise OperationValueError(
            f"rpm would take src, {src!r}, for a pattern or quoted text: give the file another name"
        )
