"""What removes what an operation made before it failed, and nothing that was there before."""

from __future__ import annotations

from pathlib import PurePosixPath

from pyinfra import host, state
from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

from ._words import git_in


class _MissingFolders(FactBase["list[str]"]):
    """Which folders are not there, as the shell's `test` tells."""

    side_effect_free = True

    @override
    def command(self, folders: list[str]) -> StringCommand:
        self._folders = folders
        tests = [
            StringCommand("test -e", path, "|| test -L", path, f"|| echo {number};")
            for number, path in enumerate(map(quote_path, folders))
        ]
        return StringCommand(*tests, "true")

    @override
    def process(self, output: list[str]) -> list[str]:
        numbers = {int(line) for line in output if line.isdecimal()}
        return [folder for number, folder in enumerate(self._folders) if number in numbers]

    @staticmethod
    @override
    def default() -> list[str]:
        return []


class _Names(FactBase["list[str] | None"]):
    """What is in a folder, from `ls -A`; None where that can't tell."""

    side_effect_free = True
    _END = "."

    @override
    def command(self, folder: str) -> StringCommand:
        return StringCommand("ls -A", quote_path(folder), f"2> /dev/null && echo {self._END} || true")

    @override
    def process(self, output: list[str]) -> list[str] | None:
        return list(output[:-1]) if output[-1:] == [self._END] else None


class _Unfinished(FactBase["list[str]"]):
    """Which merges and rebases are begun and not ended in a working tree, by the files that git keeps of them."""

    side_effect_free = True

    @override
    def command(self, folder: str) -> StringCommand:
        test = 'test -e "$(git rev-parse --git-path "$name")" && echo "$name"'
        loop = f"for name in MERGE_HEAD rebase-merge rebase-apply; do {test}; done"
        return StringCommand("cd", quote_path(folder), "2> /dev/null &&", loop, "2> /dev/null; true")

    @override
    def process(self, output: list[str]) -> list[str]:
        return list(output)

    @staticmethod
    @override
    def default() -> list[str]:
        return []


def missing_folders(path: str) -> list[str]:
    """Give those of a folder and of the folders above it that are not there yet.

    Args:
        path: the folder.

    Returns:
        Their paths, the innermost first; none in prepare, when nothing is made.
    """
    if not state.is_executing:
        return []
    own = PurePosixPath(path)
    folders = [str(folder) for folder in (own, *own.parents) if str(folder) not in ("~", ".", "/", "//")]
    return host.get_fact(_MissingFolders, folders=folders) if folders else []


def names_in(folder: str) -> list[str] | None:
    """Give the names of what is in a folder; None where the host can't tell, and in prepare."""
    return host.get_fact(_Names, folder=folder) if state.is_executing else None


def remove_folders(folders: list[str]) -> list[StringCommand]:
    """Word what removes folders that are empty, in the order given, and leaves others."""
    return [StringCommand("rmdir", *map(quote_path, folders))] if folders else []


def empty(folder: str) -> StringCommand:
    """Word what removes all that is in a folder."""
    below = [StringCommand(quote_path(folder), f"/{name}", _separator="") for name in ("..?*", ".[!.]*", "*")]
    return StringCommand("rm -rf", *below)


def abort(folder: str) -> list[StringCommand]:
    """Word what ends a merge or rebase that stops half way in a working tree.

    Args:
        folder: the working tree.

    Returns:
        The commands; none where one is under way already, which is someone else's, and in prepare.
    """
    if not state.is_executing or host.get_fact(_Unfinished, folder=folder):
        return []
    return [git_in(folder, what, "--abort") for what in ("merge", "rebase")]
