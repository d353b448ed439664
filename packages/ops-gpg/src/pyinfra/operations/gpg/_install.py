"""How keys get into a keyring."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from pyinfra import host, state
from pyinfra.api import OperationError, OperationValueError, QuoteString, StringCommand
from pyinfra.facts.files import File
from pyinfra.facts.gpg import GpgKey, GpgKeyrings
from pyinfra.facts.gpg._quoting import double_quoted, double_quoted_path
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import CleaningCommand, undone
from pyinfra.operations.util.folders import missing_folders, remove_folders

from ._keyids import has_key, normalize_keyids
from ._token import TOKEN
from ._whole import WholeFileCommand

if TYPE_CHECKING:
    from pyinfra.api.command import PyinfraCommand


def install(
    src: str | None, dest: str, keyserver: str | None, keyid: str | list[str] | None, dearmor: bool, mode: str
) -> Generator[PyinfraCommand, None, None]:
    """Have a keyring with the keys of a file or a key server; arguments as those of `gpg.key`."""
    keyids = normalize_keyids(keyid)
    if keyserver is not None and (not keyserver or keyserver.startswith("-")):
        raise OperationError(f"keyserver must be the name or the URL of a key server, not {keyserver!r}")
    if src is not None and not _is_url(src):
        check_apart(src, dest)
    exists = is_there(dest)
    if exists and _has_keys(dest, keyids):
        yield from files.file._inner(path=dest, present=True, mode=mode)
        which = (
            f"GPG keys {keyid} already exist in {dest}" if keyids else f"GPG keyring {dest} already exists"
        )
        host.noop(which)
        return
    if keyserver is not None:
        yield from in_folder(dest, _receive(keyserver, keyids, dest, replace=exists))
    elif src is not None:
        yield from in_folder(dest, _copy(src, dest, dearmor, keyids, replace=exists))
    yield from files.file._inner(path=dest, present=True, mode=mode)


def in_folder(dest: str, commands: Iterable[PyinfraCommand]) -> Generator[PyinfraCommand, None, None]:
    """Make the folder of a keyring ahead of the commands that write that, for as long as they get further.

    Args:
        dest: the keyring's path.
        commands: the commands.

    Yields:
        All commands.
    """
    folder = posixpath.dirname(dest) or "."
    undo = remove_folders(missing_folders(folder))
    yield from files.directory._inner(path=folder, present=True, mode="0755")
    yield from undone(commands, undo)


def _is_url(src: str) -> bool:
    return urlparse(src).scheme in {"http", "https", "ftp"}


def is_there(dest: str) -> bool:
    """Tell whether a keyring is there.

    Args:
        dest: its path.

    Returns:
        Whether it is.

    Raises:
        OperationError: something else is.
    """
    there = host.get_fact(File, path=dest)
    if there is False:
        raise OperationError(f"dest must be a file, and {dest} on {host.name} is none")
    return bool(there)


def check_apart(src: str, dest: str) -> None:
    """Refuse to make a keyring of itself.

    Args:
        src: the path that the keys come from.
        dest: the keyring's path.

    Raises:
        OperationValueError: both are the same.
    """
    if posixpath.normpath(src) == posixpath.normpath(dest):
        raise OperationValueError(f"src and dest must be two files, not both {dest!r}")


def _has_keys(dest: str, keyids: list[str]) -> bool:
    if not keyids:
        return True
    keyrings = host.get_fact(GpgKeyrings, directories=[posixpath.dirname(dest) or "."]) or {}
    keys = (keyrings.get(dest) or {}).get("keys") or {}
    return all(has_key(keyid, keys) for keyid in keyids)


def _receive(
    keyserver: str, keyids: list[str], dest: str, replace: bool
) -> Generator[PyinfraCommand, None, None]:
    home = host.get_temp_filename(f"{TOKEN} {dest} {keyids}")
    yield from files.directory._inner(path=home, present=True, mode="0700")
    word = double_quoted(home)
    gpg = StringCommand(f"export GNUPGHOME={word} && gpg --batch")
    ids = [QuoteString(keyid) for keyid in keyids]
    # gpg leaves daemons running, which live as long as their home.
    clean_up = StringCommand(f"GNUPGHOME={word} gpgconf --kill all > /dev/null 2>&1; rm -rf {word}")
    receive = StringCommand(gpg, "--keyserver", double_quoted(keyserver), "--recv-keys", *ids)
    yield CleaningCommand(receive, clean_up, only_on_failure=True)
    try:
        _check_received(home, keyserver, keyids)
    except OperationError:
        yield clean_up
        raise

    def export(path: str, _there: bool) -> StringCommand:
        return StringCommand(gpg, "--export", *ids, ">", double_quoted_path(path))

    yield CleaningCommand(WholeFileCommand(export, dest, replace), clean_up)


def _check_received(home: str, keyserver: str, keyids: list[str]) -> None:
    """Refuse a part of the keys: gpg passes over those without a user ID, and exports nothing, and is content."""
    if not state.is_executing:
        return
    keyrings = host.get_fact(GpgKeyrings, directories=[home]) or {}
    keys = {keyid: key for keyring in keyrings.values() for keyid, key in keyring["keys"].items()}
    _refuse_missing(keys, keyserver, keyids)


def _copy(
    src: str, dest: str, dearmor: bool, keyids: list[str], replace: bool
) -> Generator[PyinfraCommand, None, None]:
    if not _is_url(src):
        _check_source(src, src, keyids)
        yield _copy_command(src, dest, dearmor, replace)
        return
    fetched = host.get_temp_filename(f"{TOKEN} {src}")
    clean_up = StringCommand("rm -f", double_quoted_path(fetched))
    yield from files.download._inner(src=src, dest=fetched)
    try:
        _check_source(fetched, src, keyids)
    except OperationError:
        yield clean_up
        raise
    yield CleaningCommand(_copy_command(fetched, dest, dearmor, replace), clean_up)


def _check_source(path: str, src: str, keyids: list[str]) -> None:
    """Refuse keys that lack one that is wanted; in prepare, they may not be there yet."""
    if not keyids or not state.is_executing:
        return
    _refuse_missing(host.get_fact(GpgKey, src=path) or {}, src, keyids)


def _refuse_missing(keys: dict[str, dict[str, Any]], src: str, keyids: list[str]) -> None:
    missing = [keyid for keyid in keyids if not has_key(keyid, keys)]
    if missing:
        raise OperationError(f"{src} on {host.name} has no key {', '.join(missing)}, which keyid asks for")


def _copy_command(src: str, dest: str, dearmor: bool, replace: bool) -> StringCommand:
    def copy(path: str, replace: bool) -> StringCommand:
        plain = f"cp {double_quoted_path(src)} {double_quoted_path(path)}"
        if not dearmor:
            return StringCommand(plain)
        return StringCommand(
            f'if grep -q "BEGIN PGP PUBLIC KEY BLOCK" {double_quoted_path(src)};',
            f"then {_dearmor(src, path, replace)}; else {plain}; fi",
        )

    return WholeFileCommand(copy, dest, replace)


def dearmor_command(src: str, dest: str, replace: bool) -> StringCommand:
    """Give the command that makes a binary keyring of an armored one.

    Args:
        src: the path of the armored keyring.
        dest: the path of the binary one.
        replace: whether there is a file at `dest`.

    Returns:
        The command.
    """
    return WholeFileCommand(lambda path, there: StringCommand(_dearmor(src, path, there)), dest, replace)


def _dearmor(src: str, dest: str, replace: bool) -> str:
    """Word it; where there is a file, gpg would refuse to overwrite it in a batch."""
    batch = "--batch --yes" if replace else "--batch"
    return f"gpg {batch} --dearmor -o {double_quoted_path(dest)} {double_quoted_path(src)}"
