"""What a file system holds, to see what a run changed of it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RESTLESS = frozenset({"proc", "sys", "dev", "run", "tmp", "var/cache", "var/log", "var/tmp"})
"""What changes on a host by itself, or by being logged in to."""

Entry = tuple[object, ...]


@dataclass(frozen=True)
class Tree:
    """A folder that is looked at.

    Attributes:
        root: the folder.
        without: paths below it that are not looked at.
    """

    root: Path
    without: frozenset[str] = frozenset()


def look(tree: Tree) -> dict[str, Entry]:
    """Give what a folder holds.

    Args:
        tree: the folder.

    Returns:
        For each path below it its type and mode and owners; of a file also its size and when it was written, of a link
        where it leads. Folders have no times: a file that comes and goes is no change.
    """
    return dict(_walk(tree, ""))


def differences(before: list[dict[str, Entry]], after: list[dict[str, Entry]]) -> list[str]:
    """Give the paths that differ.

    Args:
        before: what each folder held.
        after: what each holds now.

    Returns:
        The paths, sorted.
    """
    return sorted(
        {
            path
            for old, new in zip(before, after, strict=True)
            for path in old.keys() | new.keys()
            if old.get(path) != new.get(path)
        }
    )


def _walk(tree: Tree, below: str) -> Iterator[tuple[str, Entry]]:
    # Other processes may remove what was just listed.
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(tree.root / below) as found:
        for one in found:
            path = f"{below}/{one.name}" if below else one.name
            if path in tree.without:
                continue
            with contextlib.suppress(FileNotFoundError):
                yield path, _entry(one)
            if one.is_dir(follow_symlinks=False):
                yield from _walk(tree, path)


def _entry(found: os.DirEntry[str]) -> Entry:
    about = found.stat(follow_symlinks=False)
    common = (about.st_mode, about.st_uid, about.st_gid)
    if stat.S_ISDIR(about.st_mode):
        return common
    if stat.S_ISLNK(about.st_mode):
        # Not as a path: that would take `a/` for `a`.
        return (*common, os.readlink(found.path))  # noqa: PTH115
    return (*common, about.st_size, about.st_mtime_ns)
