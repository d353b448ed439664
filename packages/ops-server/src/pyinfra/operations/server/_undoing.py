"""What adds and changes users in part, and says so or not: taken back, for the next run would take it for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyinfra.api import QuoteString, StringCommand
from pyinfra.operations.util.undoing import UndoingCommand
from typing_extensions import override

from ._names import end_of_options

if TYPE_CHECKING:
    from collections.abc import Mapping

# A home that was there before gets nothing of the skeleton. What is there of each of its files, cp has told;
# more may be what the system's own scripts add.
_SKELETON = (
    '[ -z "$__home" ] || { __skel=$(useradd -D | sed -n s/^SKEL=//p); [ ! -d "$__skel" ] || ( cd "$__skel" && '
    "find . -type f -exec sh -c "
    '\'for f do [ "$(wc -c < "$0/$f")" -ge "$(wc -c < "$f")" ] || exit 1; done\' "$__home" {} + ) || '
    '{ echo "not all of $__skel could be copied to $__home" >&2; false; }; }'
)


class _WithSkeleton(StringCommand):
    """A `useradd -m`, of which it is verified that the home holds all of the skeleton: useradd copies what it can."""

    @override
    def as_run(self) -> StringCommand:
        return StringCommand(*self.bits, "&& {", _SKELETON, "; }")


def adding(command: StringCommand, user: str, home: str | None, has_group: bool) -> StringCommand:
    """Have a user that could be added only in part be none, and a home that was made only in part be gone.

    Args:
        command: the `useradd`.
        user: the user's name.
        home: the home that it makes; None for none.
        has_group: whether a group of the user's name was there before.

    Returns:
        The command.
    """
    name = QuoteString(user)
    own: list[Any] = [*end_of_options(user), name]
    look: list[Any] = ["__user=; id", *own, "> /dev/null 2>&1 || __user=new"]
    # userdel removes the group of the user's name with it, where that is its primary one.
    leave = ["usermod -g 0", *own, ";"] if has_group else []
    undo: list[Any] = ['[ -z "$__user" ] || {', *leave, "userdel", *own, "; }"]
    if home is not None:
        path = QuoteString(home)
        command = _WithSkeleton(*command.bits)
        look += ["; __home=; [ -e", path, "] || [ -L", path, "] ||", _assign("__home", path)]
        undo += ['; [ -z "$__home" ] || rm -rf "$__home"']
    return UndoingCommand(command, StringCommand(*undo), StringCommand(*look))


def renumbering(command: StringCommand, user: str, existing: Mapping[str, Any]) -> StringCommand:
    """Have a user keep its number and group where not all that is in its home could be given to the new ones.

    Args:
        command: the `usermod`.
        user: the user's name.
        existing: what the `Users` fact says of it.

    Returns:
        The command.
    """
    old: list[Any] = []
    if existing.get("uid") is not None:
        old += ["-o -u", QuoteString(existing["uid"])]
    if existing.get("group"):
        old += ["-g", QuoteString(existing["group"])]
    if not old:
        return command
    return UndoingCommand(command, StringCommand("usermod", *old, *end_of_options(user), QuoteString(user)))


def _assign(name: str, value: QuoteString) -> StringCommand:
    return StringCommand(name, "=", value, _separator="")
