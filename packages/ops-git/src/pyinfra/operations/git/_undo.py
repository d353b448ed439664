"""What removes what an operation made before it failed, and nothing that was there before."""

from __future__ import annotations

from pyinfra import host, state
from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.git import GitCheckedOutBranch, GitLocalCommit
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

from ._words import git_in, quoted, told


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


def names_in(folder: str) -> list[str] | None:
    """Give the names of what is in a folder; None where the host can't tell, and in prepare."""
    return host.get_fact(_Names, folder=folder) if state.is_executing else None


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


def back_to_commit(folder: str, branch: str | None) -> list[StringCommand]:
    """Word what has a clone be where it is now, after a failure on a branch.

    Args:
        folder: the clone.
        branch: the branch that is to be checked out, which is removed where it is not there yet.

    Returns:
        The commands; none where the clone has no commit.
    """
    commit = told(GitLocalCommit, folder)
    if commit is None:
        return []
    current = told(GitCheckedOutBranch, folder)
    checkout = git_in(folder, "checkout -q", *(quoted(current) if current else ["--detach", commit]), "--")
    # Without need, this would have what is staged be staged no more.
    reset = git_in(folder, f"rev-parse HEAD | grep -q -x {commit} || git reset -q --keep {commit}")
    is_new = branch is not None and told(GitLocalCommit, folder, ref=f"refs/heads/{branch}") is None
    return [checkout, reset, *([git_in(folder, "branch -q -D --", *quoted(str(branch)))] if is_new else [])]
