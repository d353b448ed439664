"""What a local directory holds, and what of it is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from pyinfra.api import OperationTypeError

from ._local import LocalFileError, local_os


@dataclass
class Excluded:
    """What is left alone.

    Attributes:
        patterns: shell patterns of files and links: of whole paths, or of paths below the directory.
        folder_patterns: shell patterns of directories, of paths below the directory.
    """

    patterns: Sequence[str]
    folder_patterns: Sequence[str]

    def holds(self, path: str, below: str) -> bool:
        """Tell whether a file or link is left alone.

        Args:
            path: its whole path, here or on the host.
            below: its path below the directory.

        Returns:
            Whether it is.
        """
        return any(fnmatch(path, pattern) or fnmatch(below, pattern) for pattern in self.patterns)

    def holds_folder(self, below: str) -> bool:
        """Tell whether a directory is left alone, or one above it."""
        parts = below.split("/") if below else []
        return any(
            fnmatch("/".join(parts[: depth + 1]), pattern)
            for depth in range(len(parts))
            for pattern in self.folder_patterns
        )


@dataclass
class LocalTree:
    """What a local directory holds, as paths below it with slashes.

    Attributes:
        source: the directory.
        folders: the directories, each after the one that it is in; the first is `""`.
        files: the files.
        links: the symbolic links, and what is written in them.
    """

    source: str
    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    def path(self, below: str) -> str:
        """Give the local path of one of them."""
        return str(local_os().path.join(self.source, below)) if below else self.source

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.folders) + len(self.files) + len(self.links)


def make_patterns(name: str, value: Any) -> list[str]:
    """Give the patterns of an argument as a list.

    Args:
        name: the argument's name.
        value: what was given for it.

    Returns:
        The patterns.

    Raises:
        OperationTypeError: they are no strings.
    """
    patterns = [value] if isinstance(value, str) else list(value or ())
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise OperationTypeError(f"`{name}` must be a string or a list of strings")
    return patterns


def walk(source: str, excluded: Excluded) -> LocalTree:
    """Give what a local directory holds; symbolic links are not followed.

    Args:
        source: the directory.
        excluded: what is left alone.

    Returns:
        The tree.

    Raises:
        LocalFileError: a directory in it can't be read, or something is neither file, directory nor link.
    """
    os = local_os()
    tree = LocalTree(source)

    def refuse(error: OSError) -> None:
        raise LocalFileError(f"{error.filename} can't be read: {error.strerror}") from error

    for folder, folders, names in os.walk(source, onerror=refuse):
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
            elif os.path.isfile(path):
                tree.files.append(inner)
            else:
                raise LocalFileError(f"Not a file: {path}")
    return tree
