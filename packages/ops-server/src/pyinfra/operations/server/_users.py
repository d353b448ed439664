"""The operation on users."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import HiddenValue, OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.server import Users
from pyinfra.operations import files

from ._account import Account, add, change, raw_password, remove
from ._authorized_keys import read_keys, user_authorized_keys
from ._names import FORBIDDEN, check_account_name


@operation(together=True)
def user(
    user: str,
    present: bool = True,
    home: str | None = None,
    shell: str | None = None,
    group: str | None = None,
    groups: list[str] | None = None,
    append: bool = False,
    public_keys: str | list[str] | None = None,
    delete_keys: bool = False,
    ensure_home: bool = True,
    create_home: bool = False,
    system: bool = False,
    uid: int | None = None,
    comment: str | None = None,
    unique: bool = True,
    password: str | HiddenValue | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Add, change or remove a user, and the keys that may log in as it.

    Args:
        user: the user's name.
        present: whether it should exist. Removing a user leaves its home directory.
        home: its home directory; None for the one it has, or `/home/<user>`.
        shell: its login shell; None for the one it has, or the host's default.
        group: its primary group; None for the one it has. A new user gets the group of its own name if there
            is one, else what the host's tools choose.
        groups: its secondary groups; None or an empty list for those it has.
        append: whether to add `groups` to the secondary groups it has, rather than have no others.
        public_keys: keys that may log in over ssh: a line of an authorized keys file, or the local path of a
            file that holds such lines, or a list of these.
        delete_keys: whether to remove keys that are not in `public_keys`, which must be given: an empty list for none.
        ensure_home: whether to make the home directory where it is missing, and have it belong to the user.
        create_home: whether to have a new user's home directory made from the host's skeleton (`/etc/skel`).
        system: whether to make a new user a system user (not on BSDs, which have none).
        uid: its number.
        comment: the comment (GECOS field), such as the full name.
        unique: whether no other user may have the same `uid`.
        password: the encrypted password, as `openssl passwd -6` or `mkpasswd` makes it. Given as `MaskString`
            or `HiddenValue` it is hidden in output, and no process list of the host shows it (but on OpenBSD and
            NetBSD, which have no tool for that).

    Raises:
        OperationTypeError: `groups` is no list, or `home`, `shell`, `comment` or a key no str.
        OperationValueError: a value can't be a user's, a local file of keys is missing, keys are to be removed and
            none named that stay, or a new user is to share a `uid` that is not given.
        OperationError: the host has no tool to change its users with.

    Example:
        ```
        from pyinfra.operations import server

        server.user(
            name="Create a user that may log in with a key",
            user="kevin",
            groups=["docker"],
            shell="/bin/sh",
            public_keys=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9P1cZ2rU4rJ7pQ5k1m kevin@example.com"],
        )
        ```
    """
    _check(user, group, groups, uid)
    _check_fields({"home": home, "shell": shell, "comment": comment})
    _check_secrets(password, public_keys, delete_keys)
    if present and public_keys:
        read_keys(public_keys)
    existing = host.get_fact(Users).get(user)
    if not present:
        yield from _gone(user, existing)
        return

    has: dict[str, Any] = dict(existing or {})
    own_home = home or has.get("home") or f"/home/{user}"
    own_group = group or has.get("group") or user
    account = Account(
        *(user, home if existing else own_home, shell, group, groups or [], append, system),
        *(uid, unique, comment, create_home, password),
    )
    yield from _known(account, existing, own_home if ensure_home else None)
    if ensure_home:
        yield from _home(own_home, user=user, group=own_group)
    if public_keys or (public_keys is not None and delete_keys):
        ssh_folder = f"{own_home}/.ssh"
        yield from user_authorized_keys._inner(user, public_keys, own_group, delete_keys, ssh_folder)
    elif existing and not ensure_home:
        host.noop(f"user {user} already exists")


def _gone(user: str, existing: Any) -> Generator[StringCommand, None, None]:
    if existing:
        yield from remove(user)
    else:
        host.noop(f"user {user} does not exist")


def _known(account: Account, existing: Any, home: str | None) -> Generator[StringCommand, None, None]:
    """Have the account as it should be; `home` is where its home directory will have to be."""
    if not existing and not account.unique and account.uid is None:
        raise OperationValueError("uid must be given for unique=False: it is the number that users may share")
    commands = list(change(account, existing) if existing else add(account))
    if home:
        # Something else in its place is an error, which is to come before the user is made or changed. Nobody can own
        # it yet: the user may be unknown until then.
        list(_home(home))
    yield from commands


def _home(
    path: str, user: str | None = None, group: str | None = None
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    yield from files.directory._inner(path=path, user=user, group=group, _no_fail_on_link=True)


def _check(user: Any, group: Any, groups: Any, uid: Any) -> None:
    check_account_name("user", user)
    if groups is not None and (isinstance(groups, str) or not hasattr(groups, "__iter__")):
        raise OperationTypeError(f"groups must be a list of groups, not {type(groups).__name__}")
    for name in [*([group] if group else []), *(groups or [])]:
        check_account_name("group", name)
        if "," in name:
            raise OperationValueError(f"group must be the name of one group, not {name!r}")
    if uid is not None and not str(uid).isdecimal():
        raise OperationValueError(f"uid must be a number that is not negative, not {uid!r}")


def _check_fields(fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if value is not None and not isinstance(value, str):
            raise OperationTypeError(f"{name} must be text, not {value!r}")
        if value and FORBIDDEN.search(value):
            raise OperationValueError(f"{name} must be without colons and newlines, not {value!r}")


def _check_secrets(password: Any, public_keys: Any, delete_keys: bool) -> None:
    encrypted = raw_password(password)
    # What follows a newline would be another user's password to chpasswd.
    if encrypted is not None and (not isinstance(encrypted, str) or re.search(r"[:\s\0]", encrypted)):
        raise OperationValueError(
            "password must be encrypted, in one word without colons; it is not shown here"
        )
    if delete_keys and public_keys is None:
        raise OperationValueError("public_keys must say which keys delete_keys=True leaves; [] for none")
