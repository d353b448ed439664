"""The operation `files.file`."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone

from ._arguments import check_mode, check_owner, check_path
from ._directory import make_parent
from ._metadata import metadata_changes
from ._owners import refuse_unknown_owners
from ._paths import make_way, remove


@operation(together=True)
def file(
    path: str,
    present: bool = True,
    user: str | None = None,
    group: str | None = None,
    mode: int | str | None = None,
    touch: bool = False,
    create_remote_dir: bool = True,
    force: bool = False,
    force_backup: bool = True,
    force_backup_dir: str | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Add, change or remove a file, whatever it holds.

    Args:
        path: the file's path on the host.
        present: whether it should be there.
        user: the user that should own it.
        group: the group that should own it.
        mode: its permissions, as octal digits or a symbolic mode such as `u+x`.
        touch: whether its times are set to now, each time.
        create_remote_dir: whether the directory above it is made where it is missing, for the same user and group.
        force: whether something else at the path is moved away.
        force_backup: whether that is kept, under its name and a timestamp, and not removed.
        force_backup_dir: the folder on the host in which it is kept.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.file(
        name="Ensure the log is there for the application to write",
        path="/var/log/app.log",
        user="www-data",
        group="adm",
        mode="640",
    )
    ```
    """
    path = check_path("path", path)
    wanted_mode = check_mode(mode)
    user, group = check_owner("user", user), check_owner("group", group)
    info = host.get_fact(File, path=path)
    if present and not info:
        refuse_unknown_owners(user, group)
    back: list[StringCommand] = []
    if info is False:
        away, back = make_way(path, "file", force, force_backup, force_backup_dir)
        yield away
    if not present:
        if info:
            yield remove(path)
        elif info is None:
            host.noop(f"file {path} does not exist")
        return
    made, undo = make_parent(path, user, group) if create_remote_dir and not info else ([], [])
    yield from made
    changes = [StringCommand("touch", quote_path(path))] if touch or not info else []
    changes += metadata_changes(path, wanted_mode, user, group, info or None)
    yield from undone(changes, [*back, *undo])
    if not changes:
        host.noop(f"file {path} already exists")
