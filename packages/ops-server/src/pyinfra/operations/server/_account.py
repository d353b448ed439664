"""The command lines that add, change and remove a user, on Linux and on the BSDs."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyinfra import host
from pyinfra.api import (
    HiddenValue,
    MaskString,
    OperationError,
    QuoteString,
    StringCommand,
)
from pyinfra.facts.server import Groups, LinuxName, Os, Which

from ._names import end_of_options
from ._undoing import adding, renumbering

# One tool, pw, does on these what useradd and its kin do elsewhere.
PW_SYSTEMS = ("FreeBSD", "DragonFly")
# Hosts that have neither system users nor the long options of Linux.
BSD_SYSTEMS = (*PW_SYSTEMS, "OpenBSD", "NetBSD")

Password = str | HiddenValue | None


@dataclass
class Account:
    """A user as `server.user` is asked to make it; None means that it does not matter.

    Attributes:
        user: the name.
        home: the home directory.
        shell: the login shell.
        group: the primary group.
        groups: the secondary groups.
        append: whether to add to the secondary groups that the user has.
        system: whether it is a system user.
        uid: the number.
        unique: whether no other user may have that number.
        comment: the comment.
        create_home: whether the tool should make the home directory, from its skeleton.
        password: the encrypted password.
    """

    user: str
    home: str | None = None
    shell: str | None = None
    group: str | None = None
    groups: Sequence[str] = field(default_factory=list)
    append: bool = False
    system: bool = False
    uid: int | None = None
    unique: bool = True
    comment: str | None = None
    create_home: bool = False
    password: Password = None


def raw_password(password: Password) -> str | None:
    """Give an encrypted password as the host has it, also where it hides itself."""
    return password.raw_value if isinstance(password, HiddenValue) else password


def add(account: Account) -> Generator[StringCommand, None, None]:
    """Word the commands that add a user.

    Args:
        account: the user.

    Yields:
        The commands.

    Raises:
        OperationError: the host has no `useradd`.
    """
    groups = host.get_fact(Groups)
    system_os = host.get_fact(Os)
    bits = _add_bits(account, groups, system_os)
    commands = _run("useradd", account, bits, system_os)
    if system_os in PW_SYSTEMS:
        yield from commands
        return
    first, *others = commands
    home = account.home if account.create_home else None
    yield from (adding(first, account.user, home, has_group=account.user in groups), *others)


def change(account: Account, existing: Mapping[str, Any]) -> Generator[StringCommand, None, None]:
    """Word the commands that change a user, if it differs from what was asked for.

    Args:
        account: the user as it should be.
        existing: what the `Users` fact says of it.

    Yields:
        The commands.

    Raises:
        OperationError: the host has no `usermod`.
    """
    bits: list[Any] = []
    for flag, wanted, key in (
        ("-d", account.home, "home"),
        ("-s", account.shell, "shell"),
        ("-g", account.group, "group"),
    ):
        if wanted and wanted != existing.get(key):
            bits += [flag, QuoteString(wanted)]
    bits += _group_bits(account, existing)
    is_other_uid = account.uid is not None and existing.get("uid", account.uid) != account.uid
    is_other_group = bool(account.group) and account.group != existing.get("group")
    differs = raw_password(account.password) not in (None, existing.get("password"))
    new_comment = account.comment is not None and account.comment != (existing.get("comment") or "")
    if not (bits or is_other_uid or differs or new_comment):
        return
    system_os = host.get_fact(Os)
    if is_other_uid:
        bits += ["-u" if system_os in BSD_SYSTEMS else "--uid", QuoteString(account.uid)]
    if new_comment:
        bits += ["-c", QuoteString(account.comment)]
    if is_other_uid and not account.unique:
        bits.append("-o")
    if not differs:
        account.password = None
    commands = _run("usermod", account, bits, system_os)
    if (is_other_uid or is_other_group) and system_os not in PW_SYSTEMS:
        first, *others = commands
        yield from (renumbering(first, account.user, existing), *others)
    else:
        yield from commands


def remove(user: str) -> Generator[StringCommand, None, None]:
    """Word the command that removes a user.

    Args:
        user: the name.

    Yields:
        The command.

    Raises:
        OperationError: the host has no `userdel`.
    """
    if host.get_fact(Os) in PW_SYSTEMS:
        yield StringCommand("pw", "userdel", "-n", QuoteString(user))
        return
    _check_installed("userdel")
    yield StringCommand("userdel", *end_of_options(user), QuoteString(user))


def comma_separated(names: Iterable[str]) -> StringCommand:
    """Give names as one word, each quoted, with commas between them."""
    return StringCommand(*(QuoteString(name) for name in names), _separator=",")


def _add_bits(account: Account, groups: Sequence[str], system_os: str) -> list[Any]:
    primary = account.group or (account.user if account.user in groups else None)
    bits: list[Any] = ["-d", QuoteString(account.home)]
    if account.shell:
        bits += ["-s", QuoteString(account.shell)]
    if primary:
        bits += ["-g", QuoteString(primary)]
    if account.groups:
        bits += ["-G", comma_separated(account.groups)]
    if account.system and system_os not in BSD_SYSTEMS:
        bits.append("-r")
    if account.uid is not None:
        bits += ["-u" if system_os in BSD_SYSTEMS else "--uid", QuoteString(account.uid)]
    if account.comment:
        bits += ["-c", QuoteString(account.comment)]
    if not account.unique:
        bits.append("-o")
    if account.create_home:
        bits.append("-m")
    elif system_os not in BSD_SYSTEMS:
        # The BSDs make no home directory unless asked to, and have no option to say so.
        bits.append("-M")
    return bits


def _group_bits(account: Account, existing: Mapping[str, Any]) -> list[Any]:
    # The primary group is no secondary one, whatever the list says.
    primary = account.group or existing.get("group")
    wanted = set(account.groups) - {primary}
    has = set(existing.get("groups") or ())
    if not wanted or (wanted <= has if account.append else wanted == has):
        return []
    return [*(["-a"] if account.append else []), "-G", comma_separated(account.groups)]


def _run(
    tool: str, account: Account, bits: list[Any], system_os: str
) -> Generator[StringCommand, None, None]:
    if system_os in PW_SYSTEMS:
        yield from _run_pw(tool, account, bits)
        return
    _check_installed(tool)
    password = account.password
    # A secret is kept out of the process list: chpasswd reads it from stdin. BSDs have no such tool.
    is_secret = isinstance(password, HiddenValue | MaskString) and system_os not in BSD_SYSTEMS
    if password is not None and not is_secret:
        bits += ["-p", QuoteString(password)]
    name = QuoteString(account.user)
    if bits:
        yield StringCommand(tool, *bits, *end_of_options(account.user), name)
    if is_secret:
        line = StringCommand(account.user, ":", password, _separator="")
        yield StringCommand("printf", r"'%s\n'", QuoteString(line), "|", "chpasswd", "-e")


def _run_pw(tool: str, account: Account, bits: list[Any]) -> Generator[StringCommand, None, None]:
    name = QuoteString(account.user)
    if account.password is None:
        yield StringCommand("pw", tool, "-n", name, *bits)
        return
    # `pw -H 0` reads an encrypted password from its stdin.
    with_password = StringCommand(
        "echo", QuoteString(account.password), "|", "pw", tool, "-n", name, "-H", "0"
    )
    if tool == "useradd":
        yield StringCommand(with_password, *bits)
        return
    yield with_password
    if bits:
        yield StringCommand("pw", tool, "-n", name, *bits)


def _check_installed(tool: str) -> None:
    if host.get_fact(Which, command=tool):
        return
    hint = " (install the shadow package)" if host.get_fact(LinuxName) == "Alpine" else ""
    raise OperationError(f"{tool} is not installed{hint}")
