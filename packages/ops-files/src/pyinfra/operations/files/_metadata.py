"""Modes and owners: whether they differ from what is wanted, and the commands that set them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pyinfra.operations.util.files import chmod, chown

if TYPE_CHECKING:
    from pyinfra.api import StringCommand

_BITS = {"r": 4, "w": 2, "x": 1}
_SHIFTS = {"u": 6, "g": 3, "o": 0}


def chmod_if_needed(
    path: str, mode: int | str | None, info: Any, recursive: bool = False, is_directory: bool = False
) -> Iterator[StringCommand]:
    """Give the command that sets a mode, where it is not as wanted.

    Args:
        path: the path on the host.
        mode: the wanted mode; None for any.
        info: the path's fact; None where it is new.
        recursive: whether everything below is set too.
        is_directory: whether it is a directory.

    Yields:
        No command, or one.
    """
    if mode is not None and (not info or mode_differs(mode, info["mode"], is_directory)):
        yield chmod(path, mode, recursive=recursive)


def chown_if_needed(
    path: str,
    user: str | None,
    group: str | None,
    info: Any,
    recursive: bool = False,
    dereference: bool = True,
) -> Iterator[StringCommand]:
    """Give the command that sets user and group, where they are not as wanted.

    Args:
        path: the path on the host.
        user: the wanted user; None for any.
        group: the wanted group; None for any.
        info: the path's fact; None where it is new.
        recursive: whether everything below is set too.
        dereference: whether a link stands for what it leads to.

    Yields:
        No command, or one.
    """
    if not user and not group:
        return
    if not info or (user and info["user"] != user) or (group and info["group"] != group):
        yield chown(path, user, group, recursive=recursive, dereference=dereference)


def mode_differs(wanted: int | str, current: int, is_directory: bool = False) -> bool:
    """Tell whether `chmod` would change a mode.

    Args:
        wanted: an int that reads as octal digits, or a symbolic mode.
        current: the mode, as an int that reads as octal digits.
        is_directory: whether the path is a directory, of which chmod keeps setuid and setgid unless told otherwise.

    Returns:
        Whether it would.
    """
    has = int(str(current), 8)
    if isinstance(wanted, str):
        return apply_symbolic_mode(wanted, has, is_directory) != has
    goal = int(str(wanted), 8)
    if is_directory and not goal & 0o6000:
        has &= ~0o6000
    return goal != has


def apply_symbolic_mode(symbolic: str, mode: int, is_directory: bool) -> int:
    """Give the mode that `chmod` makes of another, as POSIX describes it, with a umask of 022.

    Args:
        symbolic: such as `u+x,go-w`.
        mode: the permission bits.
        is_directory: whether they are a directory's.

    Returns:
        The new permission bits.
    """
    for clause in symbolic.split(","):
        who, actions = re.fullmatch(r"([ugoa]*)(.*)", clause).groups()  # type: ignore[union-attr]
        masked = 0o022 if not who else 0
        classes = "ugo" if not who or "a" in who else who
        for operator, permissions in re.findall(r"([-+=])([rwxXstugo]*)", actions):
            mode = _apply(classes, operator, permissions, mode, is_directory, masked)
    return mode


def _apply(classes: str, operator: str, permissions: str, mode: int, is_directory: bool, masked: int) -> int:
    bits = _bits(classes, permissions, mode, is_directory) & ~masked
    if operator == "+":
        return mode | bits
    if operator == "-":
        return mode & ~bits
    cleared = sum(7 << _SHIFTS[name] for name in classes)
    if not is_directory:
        cleared |= (0o4000 if "u" in classes else 0) | (0o2000 if "g" in classes else 0)
    return (mode & ~cleared) | bits


def _bits(classes: str, permissions: str, mode: int, is_directory: bool) -> int:
    bits = 0
    for name in classes:
        for permission in permissions:
            if permission in _SHIFTS:
                bits |= ((mode >> _SHIFTS[permission]) & 7) << _SHIFTS[name]
            elif permission == "X":
                bits |= (1 if is_directory or mode & 0o111 else 0) << _SHIFTS[name]
            elif permission == "s":
                bits |= {"u": 0o4000, "g": 0o2000, "o": 0}[name]
            elif permission == "t":
                bits |= 0o1000
            else:
                bits |= _BITS[permission] << _SHIFTS[name]
    return bits
