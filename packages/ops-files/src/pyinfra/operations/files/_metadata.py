"""Modes and owners: whether they differ from what is wanted, and the commands that set them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand
from pyinfra.facts.files import OwnerIds
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import chmod, chown
from pyinfra.operations.util.undoing import UndoingCommand
from typing_extensions import override

_PERMISSIONS = {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}
_CLASSES = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_UMASK = 0o022
_SHIFTS = {"u": 6, "g": 3, "o": 0}


def metadata_changes(
    path: str,
    mode: int | str | None,
    user: str | None,
    group: str | None,
    info: Any,
    recursive: bool = False,
    is_directory: bool = False,
    owner_first: bool = False,
) -> list[StringCommand]:
    """Give the commands that set mode and owner, where they are not as wanted.

    Args:
        path: the path on the host.
        mode: the wanted mode; None for any.
        user: the wanted user; None for any.
        group: the wanted group; None for any.
        info: the path's fact; None where it is new.
        recursive: whether everything below is set too.
        is_directory: whether it is a directory.
        owner_first: whether the owner is set before the mode.

    Returns:
        No command, or some.
    """
    chmods = list(chmod_if_needed(path, mode, info, recursive, is_directory))
    chowns = list(chown_if_needed(path, user, group, info, recursive))
    if chowns and _has_special_bits(mode) and (recursive or not is_directory):
        # A file that gets another owner loses setuid and setgid.
        return [*chowns, _chmod(path, mode, info, recursive)]
    return [*chowns, *chmods] if owner_first else [*chmods, *chowns]


def _has_special_bits(mode: int | str | None) -> TypeGuard[int | str]:
    if isinstance(mode, int):
        return bool(int(str(mode), 8) & 0o6000)
    return mode is not None and "s" in mode


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
        yield _chmod(path, mode, info, recursive)


def _chmod(path: str, mode: int | str, info: Any, recursive: bool) -> StringCommand:
    if not recursive or not info or not isinstance(info["mode"], int):
        return chmod(path, mode, recursive=recursive)
    return UndoingCommand(_ChmodBelowFirst(path, mode), chmod(path, info["mode"]))


class _ChmodBelowFirst(StringCommand):
    """A `chmod -R` that sets what is below a path first: one that is ended half way is not taken for done.

    Args:
        path: the path on the host.
        mode: the mode.
    """

    def __init__(self, path: str, mode: int | str) -> None:
        super().__init__(*chmod(path, mode, recursive=True).bits)
        self._path = quote_path(path)
        self._each = quote_path(f"{path.rstrip('/')}/.")
        self._own = chmod(path, mode)
        self._mode = QuoteString(mode)

    @override
    def as_run(self) -> StringCommand:
        # A link that chmod is given stands for what it leads to; those that it finds it leaves alone.
        below = StringCommand(
            *("find", self._each, "! -name . -prune ! -type l -exec chmod -R", self._mode, "{} +")
        )
        can_look = StringCommand("[ -r", self._path, "] && [ -x", self._path, "]")
        return StringCommand("if", can_look, "; then", below, "&&", self._own, "; else", *self.bits, "; fi")


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
    if not info or _owner_differs(path, user, group, info, dereference):
        command = chown(path, user, group, recursive=recursive, dereference=dereference)
        yield _keeping_owner(command, path) if recursive and info else command


def _keeping_owner(command: StringCommand, path: str) -> StringCommand:
    """Have a path keep its owner where not all below it could be given to another, which the next run would not see."""
    word = quote_path(path)
    # By number: not each has a name.
    look = StringCommand("__owner=$(stat -c %u:%g", word, "2> /dev/null || stat -f %u:%g", word, ")")
    return UndoingCommand(command, StringCommand('chown "$__owner"', word), look)


def _owner_differs(path: str, user: str | None, group: str | None, info: Any, dereference: bool) -> bool:
    """Tell whether user or group, each a name or a number, are not as wanted."""
    wanted = {"user": user, "group": group}
    other = [kind for kind, one in wanted.items() if one and info[kind] != one]
    if not all(str(wanted[kind]).isdecimal() for kind in other):
        return True
    if not other:
        return False
    ids = host.get_fact(OwnerIds, path=path, dereference=dereference)
    known = dict(zip(wanted, ids or (), strict=False))
    return any(known.get(kind) != int(str(wanted[kind])) for kind in other)


def mode_differs(wanted: int | str, current: object, is_directory: bool = False) -> bool:
    """Tell whether `chmod` would change a mode.

    Args:
        wanted: an int that reads as octal digits, or a symbolic mode.
        current: the mode, as an int that reads as octal digits; anything else is no known mode.
        is_directory: whether the path is a directory, of which chmod keeps setuid and setgid unless told otherwise.

    Returns:
        Whether it would.
    """
    if not isinstance(current, int):
        # what is no number tells nothing of the mode
        return True
    has = int(str(current), 8)
    if isinstance(wanted, str):
        return apply_symbolic_mode(wanted, has, is_directory) != has
    goal = int(str(wanted), 8)
    if is_directory and not goal & 0o6000:
        has &= ~0o6000
    return goal != has


def apply_symbolic_mode(symbolic: str, mode: int, is_directory: bool) -> int:
    """Give the mode that GNU `chmod` makes of another, with a umask of 022.

    Args:
        symbolic: such as `u+x,go-w`.
        mode: the permission bits.
        is_directory: whether they are a directory's.

    Returns:
        The new permission bits.
    """
    for clause in symbolic.split(","):
        who, actions = re.fullmatch(r"([ugoa]*)(.*)", clause).groups()  # type: ignore[union-attr]
        affected = 0
        for name in who:
            affected |= _CLASSES[name]
        for operator, permissions in re.findall(r"([-+=])([rwxXstugo]*)", actions):
            mode = _apply(affected, operator, permissions, mode, is_directory)
    return mode


def _apply(affected: int, operator: str, permissions: str, mode: int, is_directory: bool) -> int:
    bits, named = _bits(permissions, mode, is_directory)
    # Of directories, setuid and setgid change only where they are named.
    kept = 0o6000 & ~(named & (affected or 0o7777)) if is_directory else 0
    bits &= (affected or ~_UMASK) & ~kept
    if operator == "+":
        return mode | bits
    if operator == "-":
        return mode & ~bits
    return (mode & ((0o7777 & ~affected if affected else 0) | kept)) | bits


def _bits(permissions: str, mode: int, is_directory: bool) -> tuple[int, int]:
    """Give the bits that permissions stand for, in every class, and those of them that are named outright."""
    bits = named = 0
    for permission in permissions:
        if permission in _SHIFTS:
            bits |= ((mode >> _SHIFTS[permission]) & 7) * 0o111
        elif permission == "X":
            bits |= 0o111 if is_directory or mode & 0o111 else 0
        else:
            bits |= _PERMISSIONS[permission]
            named |= _PERMISSIONS[permission]
    return bits, named
