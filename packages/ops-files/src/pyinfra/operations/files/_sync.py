"""The operation `files.sync`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, OperationTypeError, StringCommand, operation
from pyinfra.api.util import get_path_permissions_mode
from pyinfra.facts.files import FindFiles, FindLinks, Link
from pyinfra.operations.util.files import unix_path_join

from ._arguments import check_path
from ._directory import directory
from ._file import file
from ._link import link
from ._local import LocalFileError, local_os, local_path
from ._put import put


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
    if not local_os().path.isdir(source):
        raise LocalFileError(f"No such directory: {source}")
    excluded = _Excluded(_patterns("exclude", exclude), _patterns("exclude_dir", exclude_dir))
    tree = _walk(source, excluded)
    found: Any = host.get_fact(Link, path=dest)
    if found:
        dest = posixpath.join(posixpath.dirname(dest), found["link_target"])
    owner: dict[str, Any] = {"user": user, "group": group}
    for below in tree.folders:
        local = local_os().path.join(source, below) if below else source
        wanted = _folder_mode(local, dir_mode, mode)
        yield from directory._inner(path=_join(dest, below), mode=wanted, **owner)
    for below, target in tree.links.items():
        yield from link._inner(path=_join(dest, below), target=target, create_remote_dir=False, **owner)
    for below in tree.files:
        yield from put._inner(
            src=local_os().path.join(source, below),
            dest=_join(dest, below),
            mode=True if mode is None else mode,
            add_deploy_dir=False,
            create_remote_dir=False,
            **owner,
        )
    if delete:
        yield from _delete(dest, {_join(dest, below) for below in (*tree.files, *tree.links)}, excluded)


@dataclass
class _Excluded:
    """What is left alone."""

    patterns: Sequence[str]
    folder_patterns: Sequence[str]

    def holds(self, path: str, below: str) -> bool:
        return any(fnmatch(path, pattern) or fnmatch(below, pattern) for pattern in self.patterns)

    def holds_folder(self, below: str) -> bool:
        """Whether a directory is left alone, or one above it."""
        parts = below.split("/") if below else []
        return any(
            fnmatch("/".join(parts[: depth + 1]), pattern)
            for depth in range(len(parts))
            for pattern in self.folder_patterns
        )


@dataclass
class _Tree:
    """What a local directory holds, as paths below it with slashes."""

    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)


def _patterns(name: str, value: Any) -> list[str]:
    patterns = [value] if isinstance(value, str) else list(value or ())
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise OperationTypeError(f"`{name}` must be a string or a list of strings")
    return patterns


def _folder_mode(local: str, *modes: Any) -> Any:
    """Give the first mode that is one, or that of the local directory."""
    return next((mode for mode in modes if mode not in (None, True)), None) or get_path_permissions_mode(
        local
    )


def _join(dest: str, below: str) -> str:
    return unix_path_join(dest, below) if below else dest


def _walk(source: str, excluded: _Excluded) -> _Tree:
    os = local_os()
    tree = _Tree()
    for folder, folders, names in os.walk(source):
        below = "" if folder == source else os.path.relpath(folder, source).replace(os.sep, "/")
        if excluded.holds_folder(below):
            folders.clear()
            continue
        tree.folders.append(below)
        folders.sort()
        for name in sorted([*folders, *names]):
            path = os.path.join(folder, name)
            inner = f"{below}/{name}" if below else name
            is_link = os.path.islink(path)
            if (name in folders and not is_link) or excluded.holds(path, inner):
                continue
            if is_link:
                tree.links[inner] = os.readlink(path)
            else:
                tree.files.append(inner)
    return tree


def _delete(dest: str, wanted: set[str], excluded: _Excluded) -> Iterator[StringCommand]:
    start = dest if dest.endswith("/") else f"{dest}/"
    for fact, remove in ((FindFiles, file), (FindLinks, link)):
        for path in host.get_fact(fact, path=dest):
            below = path[len(start) :]
            # A name that holds a newline comes in pieces, of which none may be taken for a path.
            if not path.startswith(start) or path in wanted or excluded.holds(path, below):
                continue
            if not excluded.holds_folder(posixpath.dirname(below)):
                yield from remove._inner(path=path, present=False)
