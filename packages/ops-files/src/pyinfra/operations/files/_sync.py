"""The operation `files.sync`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Iterator
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, OperationError, StringCommand, operation
from pyinfra.api.util import get_path_permissions_mode
from pyinfra.facts.files import FindFiles, FindLinks, Link, Tree
from pyinfra.operations.util.files import unix_path_join

from ._arguments import check_mode, check_owner, check_path
from ._directory import directory
from ._file import file
from ._link import link
from ._local import LocalFileError, local_os, local_path
from ._local_tree import Excluded, LocalTree, make_patterns, walk
from ._owners import refuse_unknown_owners
from ._put import put_below
from ._tree_commands import carry_out
from ._tree_plan import find_removed, make_plan

# Up to so many are asked for and changed one by one, with the commands that people know from their logs.
_FEW = 10

# What finds files and links on a host, and what removes them.
_REMOVERS: tuple[tuple[Any, Any], ...] = ((FindFiles, file), (FindLinks, link))


@operation()
def sync(
    src: str,
    dest: str,
    user: str | None = None,
    group: str | None = None,
    mode: str | None = None,
    dir_mode: str | None = None,
    delete: bool = False,
    exclude: str | list[str] | tuple[str] | None = None,
    exclude_dir: str | list[str] | tuple[str] | None = None,
    add_deploy_dir: bool = True,
) -> Generator[FileUploadCommand | StringCommand, None, None]:
    """Make a directory on the host hold what a local one holds: directories, files and symbolic links.

    Contents are compared by checksum. Each file is replaced as a whole. A symbolic link on the host is never followed
    out of the directory: where a file should be, the file replaces it. Where there are more than ten, they are
    compared in one question, and small files that differ are sent as one archive, for which the host needs `tar`.

    Args:
        src: the local directory.
        dest: the directory on the host.
        user: the user that should own everything in it.
        group: the group that should own everything in it.
        mode: the permissions of files, as octal digits or a symbolic mode; those of the local ones for None or True.
        dir_mode: the permissions of directories; for None or True `mode`, or those of the local ones.
        delete: whether files and links are removed from the host's directory that the local one does not have.
        exclude: shell patterns of files and links to leave alone: of whole paths, here or on the host, or of paths
            below the directory. `*` matches slashes too.
        exclude_dir: shell patterns of directories to leave alone, of their paths below the directory.
        add_deploy_dir: whether a relative `src` is in the deploy's folder, not in that which pyinfra runs in.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.sync(
        name="Upload the site, and remove what is no longer in it",
        src="site",
        dest="/srv/www",
        user="www-data",
        delete=True,
        exclude="*.map",
        exclude_dir=[".git", "*/__pycache__"],
    )
    ```
    """
    source = local_path(check_path("src", src), add_deploy_dir).rstrip("/") or "/"
    dest = check_path("dest", dest).rstrip("/") or "/"
    user, group = check_owner("user", user), check_owner("group", group)
    modes: tuple[Any, Any] = (dir_mode, mode)
    for one in modes:
        check_mode(None if one is True else one)
    if not local_os().path.isdir(source):
        raise LocalFileError(f"No such directory: {source}")
    excluded = Excluded(make_patterns("exclude", exclude), make_patterns("exclude_dir", exclude_dir))
    tree = walk(source, excluded)
    found: Any = host.get_fact(Link, path=dest)
    if found:
        dest = posixpath.join(posixpath.dirname(dest), found["link_target"])

    def find_mode(below: str, is_folder: bool) -> Any:
        wanted = modes if is_folder else modes[1:]
        given = next((one for one in wanted if one not in (None, True)), None)
        return given or get_path_permissions_mode(tree.path(below))

    if tree.size > _FEW:
        yield from _sync_many(
            tree, dest, (user, group), find_mode, excluded if delete else None, found is False
        )
        return
    yield from _sync_few(tree, dest, {"user": user, "group": group}, find_mode)
    if delete:
        yield from _delete(tree, dest, excluded)


def _sync_few(
    tree: LocalTree, dest: str, owner: dict[str, Any], find_mode: Any
) -> Iterator[FileUploadCommand | StringCommand]:
    for below in tree.folders:
        yield from directory._inner(path=_join(dest, below), mode=find_mode(below, True), **owner)
    for below, target in tree.links.items():
        yield from link._inner(path=_join(dest, below), target=target, create_remote_dir=False, **owner)
    for below in tree.files:
        yield from put_below(tree.path(below), _join(dest, below), mode=find_mode(below, False), **owner)


def _sync_many(
    tree: LocalTree,
    dest: str,
    owner: tuple[str | None, str | None],
    find_mode: Any,
    removing: Excluded | None,
    is_something: bool,
) -> Iterator[FileUploadCommand | StringCommand]:
    found = host.get_fact(Tree, path=dest, files=tree.files, links=tree.links)
    if found is None and is_something:
        raise OperationError(f"{dest} exists and is not a directory")
    found = found or {}
    plan = make_plan(tree, found, dest, owner, find_mode)
    if removing is not None:
        plan.removed = find_removed(tree, found, dest, removing)
    changes = list(carry_out(plan, tree, dest, owner))
    if changes:
        refuse_unknown_owners(*owner)
    yield from changes
    if not changes:
        host.noop(f"directory {dest} already holds what {tree.source} does")


def _join(dest: str, below: str) -> str:
    return unix_path_join(dest, below) if below else dest


def _delete(tree: LocalTree, dest: str, excluded: Excluded) -> Iterator[StringCommand]:
    start = dest if dest.endswith("/") else f"{dest}/"
    wanted = {_join(dest, below) for below in (*tree.files, *tree.links)}
    found = [(remove, path) for fact, remove in _REMOVERS for path in host.get_fact(fact, path=dest)]
    if not all(path.startswith(start) for _, path in found):
        # A name that holds a newline comes in pieces, of which none may be taken for a path.
        entries = host.get_fact(Tree, path=dest) or {}
        removed = find_removed(tree, entries, dest, excluded)
        found = [(link if entries[below].type == "l" else file, start + below) for below in removed]
    for remove, path in found:
        below = path[len(start) :]
        if path in wanted or excluded.holds(path, below) or excluded.holds_folder(posixpath.dirname(below)):
            continue
        yield from remove._inner(path=path, present=False)
