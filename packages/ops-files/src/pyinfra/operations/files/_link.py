"""The operation `files.link`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import Link, SameFile
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.undoing import UndoingCommand

from ._arguments import check_owner, check_path
from ._directory import make_parent
from ._metadata import chown_if_needed
from ._owners import refuse_unknown_owners
from ._paths import make_way, remove


@operation(together=True)
def link(
    path: str,
    target: str | None = None,
    present: bool = True,
    user: str | None = None,
    group: str | None = None,
    symbolic: bool = True,
    create_remote_dir: bool = True,
    force: bool = False,
    force_backup: bool = True,
    force_backup_dir: str | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Add, change or remove a link.

    Args:
        path: the link's path on the host.
        target: what it leads to, as it is to be written in the link.
        present: whether it should be there.
        user: the user that should own the link itself.
        group: the group that should own the link itself.
        symbolic: whether it is a symbolic link, and not a hard one.
        create_remote_dir: whether the directory above it is made where it is missing, for the same user and group.
        force: whether something else at the path is moved away.
        force_backup: whether that is kept, under its name and a timestamp, and not removed.
        force_backup_dir: the folder on the host in which it is kept.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.link(
        name="Enable the site",
        path="/etc/nginx/sites-enabled/app",
        target="/etc/nginx/sites-available/app",
    )
    ```
    """
    path = check_path("path", path)
    user, group = check_owner("user", user), check_owner("group", group)
    if present and not target:
        raise OperationError("If present is True target must be provided")
    info: Any = host.get_fact(Link, path=path)
    if not present:
        if info:
            yield remove(path)
        elif info is None:
            host.noop(f"link {path} does not exist")
        else:
            yield make_way(path, "link", force, force_backup, force_backup_dir)[0]
        return
    wanted = check_path("target", target)
    if info is False and not symbolic and host.get_fact(SameFile, path=path, other=wanted):
        host.noop(f"link {path} already exists")
        return
    is_right = bool(info) and symbolic and info["link_target"] == wanted
    if not is_right:
        refuse_unknown_owners(user, group)
    back: list[StringCommand] = []
    if info is False:
        away, back = make_way(path, "link", force, force_backup, force_backup_dir)
        yield away
    made, undo = make_parent(path, user, group) if create_remote_dir and info is None else ([], [])
    yield from made
    changes = [] if is_right else [_make(path, wanted, symbolic)]
    if info and not is_right:
        old = _make(path, str(info["link_target"]), symbolic=True)
        changes = [remove(path), UndoingCommand(changes[0], old)]
    changes += chown_if_needed(path, user, group, info if is_right else None, dereference=False)
    yield from undone(changes, [*back, *undo])
    if not changes:
        host.noop(f"link {path} already exists")


def _make(path: str, target: str, symbolic: bool) -> StringCommand:
    if not symbolic:
        return StringCommand("ln", quote_path(target), quote_path(path))
    # A symbolic link holds its target as it is written: no ./ in front of a dash, no home for a tilde.
    options = ["-s", "--"] if target.startswith("-") else ["-s"]
    return StringCommand("ln", *options, QuoteString(target), quote_path(path))
