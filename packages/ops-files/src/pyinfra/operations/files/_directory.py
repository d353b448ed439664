"""The operation `files.directory`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationError, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import Directory, Link
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.folders import missing_folders, remove_folders
from pyinfra.operations.util.undoing import UndoingCommand

from ._arguments import check_mode, check_owner, check_path
from ._metadata import chown_if_needed, metadata_changes
from ._owners import refuse_unknown_owners
from ._paths import make_way, remove


@operation(together=True)
def directory(
    path: str,
    present: bool = True,
    user: str | None = None,
    group: str | None = None,
    mode: int | str | None = None,
    recursive: bool = False,
    force: bool = False,
    force_backup: bool = True,
    force_backup_dir: str | None = None,
    _no_check_owner_mode: bool = False,
    _no_fail_on_link: bool = False,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Add, change or remove a directory.

    Directories above it are made where they are missing.

    Args:
        path: the directory's path on the host.
        present: whether it should be there; False removes it and everything in it.
        user: the user that should own it.
        group: the group that should own it.
        mode: its permissions, as octal digits or a symbolic mode such as `g+w`.
        recursive: whether user, group and mode, where the directory's own differ, are set on everything in it too.
        force: whether something else at the path is moved away.
        force_backup: whether that is kept, under its name and a timestamp, and not removed.
        force_backup_dir: the folder on the host in which it is kept.
        _no_check_owner_mode: whether user, group and mode matter only for a directory that is made.
        _no_fail_on_link: whether a symbolic link at the path will do.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.directory(
        name="Ensure the application's folder is there",
        path="/srv/app",
        user="www-data",
        group="www-data",
        mode="755",
    )
    ```
    """
    path = check_path("path", path)
    wanted_mode = check_mode(mode)
    user, group = check_owner("user", user), check_owner("group", group)
    info = host.get_fact(Directory, path=path)
    if info is False and _no_fail_on_link and host.get_fact(Link, path=path):
        host.noop(f"directory {path} already exists (as a link)")
        return
    if present and not info:
        refuse_unknown_owners(user, group)
    back: list[StringCommand] = []
    if info is False:
        away, back = make_way(path, "directory", force, force_backup, force_backup_dir)
        yield away
    # Little may be known of one that is there.
    missing = info is None or info is False
    if not present:
        if not missing:
            yield remove(path, recursive=True)
        elif info is None:
            host.noop(f"directory {path} does not exist")
        return
    changes: list[StringCommand] = [StringCommand("mkdir -p", quote_path(path))] if missing else []
    if missing or not _no_check_owner_mode:
        known = info or None
        changes += metadata_changes(path, wanted_mode, user, group, known, recursive, is_directory=True)
    yield from undone(changes, back)
    if not changes:
        host.noop(f"directory {path} already exists")


def make_parent(
    path: str, user: str | None = None, group: str | None = None
) -> tuple[list[StringCommand], list[StringCommand]]:
    """Give the commands that make the directory above a path, where it is missing, and those that undo that.

    Args:
        path: the path on the host.
        user: the user that should own a directory that is made.
        group: the group that should own it.

    Returns:
        Both; the second are for `undone`.

    Raises:
        OperationError: there is something else.
    """
    parent = posixpath.dirname(path)
    if not parent:
        return [], []
    info = host.get_fact(Directory, path=parent)
    if info is None:
        refuse_unknown_owners(user, group)
        undo = remove_folders(missing_folders(parent))
        made = [StringCommand("mkdir -p", quote_path(parent)), *chown_if_needed(parent, user, group, None)]
        # One that is there is never given to anybody.
        return [UndoingCommand(command, *undo) for command in made] if undo else made, undo
    if info is False and not host.get_fact(Link, path=parent):
        raise OperationError(f"{parent} exists and is not a directory")
    return [], []
