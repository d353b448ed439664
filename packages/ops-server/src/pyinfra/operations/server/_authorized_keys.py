"""The operation on the keys that may log in as a user."""

from __future__ import annotations

import os
from collections.abc import Generator
from io import StringIO

from pyinfra import host, state
from pyinfra.api import (
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.util import get_file_io, get_file_path
from pyinfra.facts.files import File
from pyinfra.facts.server import AuthorizedKeys, Home
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.undoing import appending

from ._names import check_account_name, check_path

DIRECTORY_MODE = 700
FILE_MODE = 600


@operation(together=True)
def user_authorized_keys(
    user: str,
    public_keys: str | list[str],
    group: str | None = None,
    delete_keys: bool = False,
    authorized_key_directory: str | None = None,
    authorized_key_filename: str | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have keys that may log in as a user over ssh.

    Args:
        user: the user.
        public_keys: keys: a line of an authorized keys file, or the local path of a file that holds such
            lines, relative to the deploy's folder, or a list of these.
        group: the group that the directory and the file belong to; None for the one that has the user's name.
        delete_keys: whether to remove keys that are not in `public_keys`.
        authorized_key_directory: the directory of the file; None for `.ssh` in the user's home directory.
        authorized_key_filename: the file's name; None for `authorized_keys`.

    Raises:
        OperationTypeError: a key or `group` is no str, or the directory or file no path.
        OperationValueError: a key is empty, or a local file of keys is missing.
        OperationError: the host has no such user.

    Example:
        ```
        from pyinfra.operations import server

        server.user_authorized_keys(
            name="Let kevin log in with a key",
            user="kevin",
            public_keys=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9P1cZ2rU4rJ7pQ5k1m kevin@example.com"],
        )
        ```
    """
    check_account_name("user", user)
    wanted = read_keys(public_keys)
    _check_place(group, authorized_key_directory, authorized_key_filename)
    directory = authorized_key_directory or f"{_home_of(user)}/.ssh"
    path = f"{directory}/{authorized_key_filename or 'authorized_keys'}"
    group = group or user

    yield from files.directory._inner(path=directory, user=user, group=group, mode=DIRECTORY_MODE)
    existing = host.get_fact(AuthorizedKeys, user=user, path=path)
    if delete_keys and set(existing) != set(wanted):
        content = StringIO("".join(f"{key}\n" for key in wanted))
        yield from files.put._inner(src=content, dest=path, user=user, group=group, mode=FILE_MODE)
        return
    made = list(files.file._inner(path=path, user=user, group=group, mode=FILE_MODE))
    is_new = state.is_executing and host.get_fact(File, path=path) is None
    appended = [_append(path, key) for key in wanted if key not in existing]
    yield from undone([*made, *appended], [StringCommand("rm -f", quote_path(path))] if is_new else [])


def _check_place(group: object, directory: object, filename: object) -> None:
    if group:
        check_account_name("group", group)
    if directory is not None:
        check_path("authorized_key_directory", directory)
    if filename:
        check_path("authorized_key_filename", filename)


def _append(path: str, key: str) -> StringCommand:
    file = quote_path(path)
    # Some shells' echo reads backslashes, which the options of a key may hold.
    is_plain = "\\" not in key and not key.startswith("-")
    show = StringCommand("echo" if is_plain else r"printf '%s\n'", QuoteString(key))
    # A last line without a newline would swallow the key.
    size = StringCommand("$(tail -c1", file, "| wc -l)")
    return appending(StringCommand("( [", size, "-eq 0 ] && echo ;", show, ") >>", file), file)


def read_keys(public_keys: str | list[str]) -> list[str]:
    """Give the keys that are named, without comments and empty lines, each once.

    Args:
        public_keys: keys or local paths of files that hold keys, or one.

    Raises:
        OperationTypeError: a key is no str.
        OperationValueError: a key is empty, or a local file of keys is missing.
    """
    if not isinstance(public_keys, str | list | tuple | set):
        raise OperationTypeError(f"public_keys must be keys or local paths, not {public_keys!r}")
    keys: dict[str, None] = {}
    for item in [public_keys] if isinstance(public_keys, str) else public_keys:
        if not isinstance(item, str):
            raise OperationTypeError(
                f"public_keys must be keys or local paths (str), not {type(item).__name__}"
            )
        if not item.strip():
            raise OperationValueError(f"public_keys must be keys or local paths, not {item!r}")
        for line in _key_text(item.strip()).splitlines():
            key = line.strip()
            if key and not key.startswith("#"):
                keys[key] = None
    return list(keys)


def _key_text(item: str) -> str:
    path = get_file_path(state, item)
    if os.path.isfile(path):  # noqa: PTH113 - patched by test suites, which pathlib would pass by
        with get_file_io(path, "r") as source:
            return str(source.read())
    if item.endswith(".pub") and not item.split()[1:]:
        raise OperationValueError(f"public_keys: there is no file {path}")
    return item


def _home_of(user: str) -> str:
    home = host.get_fact(Home, user=user)
    if home is not None:
        return home
    if state.is_executing:
        raise OperationError(f"the host has no user {user!r}, so it has no home directory to place keys in")
    # Most likely an earlier operation is going to add the user: this only tells that keys will be placed.
    return f"/home/{user}"
