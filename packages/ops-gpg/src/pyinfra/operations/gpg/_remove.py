"""How keys get out of keyrings."""

from __future__ import annotations

import posixpath
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from pyinfra import host, state
from pyinfra.api import OperationError, QuoteString, StringCommand
from pyinfra.facts.files import File, FindInFile
from pyinfra.facts.gpg import GpgKey, GpgKeyrings
from pyinfra.facts.gpg._quoting import double_quoted_path
from pyinfra.operations import files
from pyinfra.operations.util.tools import check_tool
from typing_extensions import override

from ._keyids import check_long_enough, is_key, normalize_keyids

if TYPE_CHECKING:
    from pyinfra.api.command import PyinfraCommand

# Of the keyrings that the fact lists.
_ENDINGS = (".gpg", ".kbx", ".asc")


def remove(
    dest: str | None, keyid: str | list[str] | None, working_dirs: list[str] | None
) -> Generator[PyinfraCommand, None, None]:
    """Remove a keyring, or keys from one or from all of some folders; arguments as those of `gpg.key`."""
    keyids = normalize_keyids(keyid)
    check_long_enough(keyids)
    if dest and not keyids:
        yield from files.file._inner(path=dest, present=False)
        return
    if not keyids or not (dest or working_dirs):
        raise OperationError("For removal, either `dest` or both `keyid` and `working_dirs` must be provided")
    directories = [posixpath.dirname(dest) or "."] if dest else list(working_dirs or ())
    keyrings = host.get_fact(GpgKeyrings, directories=directories) or {}
    found = False
    for path, keyring in keyrings.items():
        if dest and path != dest:
            continue
        commands = list(_remove_from(path, keyring, keyids))
        found = found or bool(commands)
        yield from commands
    if not found:
        if not keyrings:
            check_tool(state, host, "gpg")
        if dest and not (keyrings.get(dest) or {}).get("keys"):
            _refuse_others(dest, keyids)
        host.noop(f"GPG keys {keyid} are not in {dest or ', '.join(directories)}")


def _refuse_others(path: str, keyids: list[str]) -> None:
    """Refuse to take for one without the keys what gpg lists as no keyring: by its name, or as it is armored."""
    if not state.is_executing or not host.get_fact(File, path=path):
        return
    if path.endswith(_ENDINGS) and not host.get_fact(
        FindInFile, path=path, pattern="BEGIN PGP PUBLIC KEY BLOCK"
    ):
        return
    keys = host.get_fact(GpgKey, src=path) or {}
    if any(is_key(keyid, listed_id, key) for keyid in keyids for listed_id, key in keys.items()):
        raise OperationError(
            f"Cannot remove keys from {path!r} on {host.name}: gpg edits binary keyrings whose names end in .gpg or "
            ".kbx. Remove the file explicitly with present=False and no keyid."
        )


def _remove_from(
    path: str, keyring: dict[str, Any], keyids: list[str]
) -> Generator[PyinfraCommand, None, None]:
    keys: dict[str, dict[str, Any]] = keyring.get("keys") or {}
    going = [
        listed_id for listed_id, key in keys.items() if any(is_key(keyid, listed_id, key) for keyid in keyids)
    ]
    if not going:
        return
    if keyring.get("format") == "asc":
        if len(going) < len(keys):
            raise OperationError(
                f"Cannot remove individual keys from armored keyring '{path}': the file contains other keys and "
                "cannot be edited in-place. Remove the file explicitly with present=False and no keyid."
            )
        yield from files.file._inner(path=path, present=False)
        return
    file = double_quoted_path(path)
    names = [QuoteString(keys[listed_id].get("fingerprint") or listed_id) for listed_id in going]
    yield StringCommand("gpg --batch --yes --no-default-keyring --keyring", file, "--delete-keys", *names)
    yield _RemoveIfEmpty(file)


class _RemoveIfEmpty(StringCommand):
    """What removes a keyring without keys; not one that gpg could not list, which may have others.

    Args:
        file: its path, quoted.
    """

    def __init__(self, file: str) -> None:
        self._list = f"gpg --batch --no-default-keyring --keyring {file} --list-keys 2>/dev/null"
        self._remove = f'| grep -q "^pub" || rm -f {file}'
        super().__init__(self._list, self._remove)

    @override
    def as_run(self) -> StringCommand:
        return StringCommand(f'__keys=$({self._list}) && {{ echo "$__keys"', self._remove, "; }")
