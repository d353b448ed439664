"""How the files of repositories are read, by dnf and yum alike."""

from __future__ import annotations

from pyinfra.api import FactBase
from pyinfra.facts.util.packaging import REPO_FILENAME_MARKER, parse_yum_repositories
from typing_extensions import override


def show_files(*patterns: str) -> str:
    """Give a command that prints files, each behind a line with its path.

    Args:
        patterns: the files' paths, as patterns of the shell's.

    Returns:
        The command, which succeeds where there are no such files, too.
    """
    shown = f'printf "{REPO_FILENAME_MARKER} %s\\n" "$f"; cat "$f"'
    return f'for f in {" ".join(patterns)}; do [ -f "$f" ] && {{ {shown}; }}; done || true'


class RepositoriesBase(FactBase[list[dict[str, str]]]):
    """The repositories that files name."""

    abstract = True

    @override
    @staticmethod
    def default() -> list[dict[str, str]]:
        return []

    @override
    def process(self, output: list[str]) -> list[dict[str, str]]:
        return parse_yum_repositories(output)
