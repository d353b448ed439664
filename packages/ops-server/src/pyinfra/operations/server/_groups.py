"""The operation on groups."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.server import Groups, Os

from ._account import BSD_SYSTEMS, PW_SYSTEMS
from ._names import check_account_name, end_of_options


@operation(together=True)
def group(
    group: str, present: bool = True, system: bool = False, gid: int | str | None = None
) -> Generator[StringCommand, None, None]:
    """Add or remove a group.

    Args:
        group: the group's name.
        present: whether it should exist.
        system: whether to make it a system group, where it has to be made (not on BSDs, which have none).
        gid: its number, where it has to be made; None for the next one that is free.

    Raises:
        OperationValueError: the name can't be a group's, or `gid` is no number.

    Example:
        ```
        from pyinfra.operations import server

        server.group(
            name="Create docker group",
            group="docker",
        )
        ```
    """
    check_account_name("group", group)
    if gid is not None and not str(gid).isdecimal():
        raise OperationValueError(f"gid must be a number that is not negative, not {gid!r}")
    exists = group in host.get_fact(Groups)
    if exists == present:
        host.noop(f"group {group} already exists" if exists else f"group {group} does not exist")
        return
    name = QuoteString(group)
    system_os = host.get_fact(Os)
    is_freebsd = system_os in PW_SYSTEMS
    if not present:
        yield StringCommand("pw groupdel -n" if is_freebsd else "groupdel", *end_of_options(group), name)
    elif is_freebsd:
        yield StringCommand("pw groupadd -n", name, *([] if gid is None else ["-g", QuoteString(gid)]))
    else:
        yield _add(group, system, gid, is_bsd=system_os in BSD_SYSTEMS)


def _add(group: str, system: bool, gid: int | str | None, is_bsd: bool) -> StringCommand:
    flags = ["-r"] if system and not is_bsd else []
    number: list[Any] = [] if gid is None else ["-g" if is_bsd else "--gid", QuoteString(gid)]
    # Only Linux's tools take options after the name.
    if is_bsd or group.startswith("-"):
        return StringCommand("groupadd", *flags, *number, *end_of_options(group), QuoteString(group))
    return StringCommand("groupadd", *flags, QuoteString(group), *number)
