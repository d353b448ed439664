"""Packages that are added whole, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from typing import TYPE_CHECKING

from pyinfra import host, state
from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.operations.util.undoing import UndoingCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.operations.util.packaging import PkgInfo

# The packages of which apk has noted that files could not be written, or a script failed ("Apk installeddb" of Alpine's
# wiki: `f:f` and `f:s`).
_LIST_BROKEN = "sed -n -e '/^P:/h' -e '/^f:.*[fs]/{' -e 'g;p' -e '}' /lib/apk/db/installed"
_BROKEN = f"$({_LIST_BROKEN})"


def add_whole(command: StringCommand, names: list[str]) -> StringCommand:
    """Have an `apk add` that fails half way not leave its packages: apk lists them, and holds the host to them.

    It fails on a host with a broken package, too, whatever it was asked for: what it could add stays then.

    Args:
        command: the command.
        names: the packages that were not there before.

    Returns:
        The command.
    """
    if not names:
        return command
    words = StringCommand(*map(QuoteString, names))
    whole = StringCommand(f'[ "{_BROKEN}" = "$__broken" ] && apk info -e', words)
    undo = StringCommand("{", whole, "; } > /dev/null || apk del", words, "> /dev/null")
    return UndoingCommand(command, undo, f"__broken={_BROKEN}")


class _BrokenPackages(FactBase["list[str]"]):
    """The installed packages that are broken. Parses apk's database of those."""

    side_effect_free = True
    command = f"! test -e /lib/apk/db/installed || {_LIST_BROKEN}"

    @override
    def process(self, output: list[str]) -> list[str]:
        return [line.removeprefix("P:") for line in output]

    @staticmethod
    @override
    def default() -> list[str]:
        return []


def repair(
    wanted: list[PkgInfo], installed: Mapping[str, Collection[str]]
) -> Generator[StringCommand, None, None]:
    """Repair packages that went to the version that is wanted, and broke on their way.

    The old version can't be had back, unlike that a package is not there.

    Args:
        wanted: the packages that must be there.
        installed: the versions of each installed package.

    Yields:
        At most one command; none in prepare.
    """
    there = [package.name for package in wanted if package.version in installed.get(package.name, ())]
    if there and state.is_executing:
        broken = host.get_fact(_BrokenPackages)
        names = [QuoteString(name) for name in there if name in broken]
        if names:
            yield StringCommand("apk fix", *names)
