"""Folders that an operation makes on its way, and removes where it does not get further."""

from __future__ import annotations

from pathlib import PurePosixPath

from typing_extensions import override

from pyinfra import host, state
from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path

__all__ = ["missing_folders", "remove_folders"]


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


def remove_folders(folders: list[str]) -> list[StringCommand]:
    """Word what removes folders that are empty, in the order given, and leaves others."""
    return [StringCommand("rmdir", *map(quote_path, folders))] if folders else []
