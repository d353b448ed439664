"""Repositories without a working tree."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.folders import missing_folders, remove_folders
from pyinfra.operations.util.tools import check_tool

from ._undo import names_in
from ._words import check_owners, check_path, owned

# What `git init --bare` makes.
_NAMES = ("HEAD", "config", "description", "branches", "hooks", "info", "objects", "refs")


@operation()
def bare_repo(
    path: str, user: str | None = None, group: str | None = None, present: bool = True
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have a bare repository, to push to and to clone from, or have none.

    Where something fails while one is made, what was made is removed.

    Args:
        path: its folder.
        user: who owns a new one.
        group: the group that owns a new one.
        present: whether it should be there; else the folder is removed, with all that is in it.

    Raises:
        OperationError: the host has no such user or group.
        OperationTypeError: the path or an owner is no str.
        OperationValueError: the path or an owner is empty.

    **Example:**

    ```python
    from pyinfra.operations import git

    git.bare_repo(
        name="A place to push to",
        path="/srv/git/site.git",
        user="git",
        group="git",
    )
    ```
    """
    check_path("path", path)
    if not present:
        yield from files.directory._inner(path=path, present=False)
        return
    check_owners(user, group)
    head = host.get_fact(File, path=f"{path}/HEAD")
    if head:
        yield from files.directory._inner(path=path)
        host.noop(f"git repository {path} already exists")
        return
    check_tool(state, host, "git")
    undo = remove_folders(missing_folders(path))
    yield from undone(files.directory._inner(path=path), undo)
    there = names_in(path)
    made = [f"{path}/{name}" for name in _NAMES if there is not None and name not in there]
    if made:
        undo = [StringCommand("rm -rf", *map(quote_path, made)), *undo]
    yield from undone([StringCommand("git init --bare", quote_path(path))], undo)
    if user or group:
        yield from undone([owned(path, user, group)], undo)
