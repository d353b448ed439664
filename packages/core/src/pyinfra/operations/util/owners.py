"""Whether a host knows the users and groups that things should belong to, asked before any is made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import OperationError
from pyinfra.api.facts import FactBase

if TYPE_CHECKING:
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

__all__ = ["UnknownOwners", "refuse_unknown_owners"]

_TABLES = {"user": "passwd", "group": "group"}


class UnknownOwners(FactBase["list[str]"]):
    """Which of a user and a group the host does not know, from `getent`; neither on hosts that have no such tool.

    Args:
        user: the user's name; None for none.
        group: the group's name; None for none.
    """

    side_effect_free = True

    @override
    def command(self, user: str | None = None, group: str | None = None) -> StringCommand:
        asked = [
            # 2 stands for a name that is not there; anything else tells nothing of it.
            StringCommand(
                *("getent", _TABLES[kind], "--", QuoteString(name)),
                f"> /dev/null 2>&1; [ $? != 2 ] || echo {kind};",
            )
            for kind, name in (("user", user), ("group", group))
            if name
        ]
        return StringCommand(*asked, "true")

    @override
    def process(self, output: list[str]) -> list[str]:
        return [line for line in output if line in _TABLES]

    @staticmethod
    @override
    def default() -> list[str]:
        return []


def refuse_unknown_owners(state: State, host: Host, user: str | None, group: str | None) -> None:
    """Refuse a user or group that the host does not know, before anything is made that it should own.

    In prepare nothing is asked: an earlier operation may add them.

    Args:
        state: the run.
        host: the host.
        user: the user, by name or number; None for none.
        group: the group, likewise.

    Raises:
        OperationError: there is none of that name.
    """
    names = {kind: name for kind, name in (("user", user), ("group", group)) if name and not name.isdecimal()}
    if not names or not state.is_executing:
        return
    for kind in host.get_fact(UnknownOwners, **names):
        raise OperationError(f"`{kind}` must be a {kind} of the host, and {host.name} has no {names[kind]!r}")
