"""Whether a host knows the users and groups that files should belong to, asked before any is made for them."""

from __future__ import annotations

from pyinfra import host, state
from pyinfra.operations.util import owners


def refuse_unknown_owners(user: str | None, group: str | None) -> None:
    """Refuse a user or group that the host does not know, before anything is made that it should own.

    Args:
        user: the user, by name or number; None for none.
        group: the group, likewise.

    Raises:
        OperationError: there is none of that name.
    """
    owners.refuse_unknown_owners(state, host, user, group)
