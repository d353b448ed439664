"""Further working trees of a repository."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import PurePosixPath

from pyinfra import host, state
from pyinfra.api import OperationError, OperationValueError, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import File
from pyinfra.facts.git import GitLocalCommit, GitTrackingBranch
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.folders import missing_folders, remove_folders

from ._undo import abort
from ._words import (
    check_name,
    check_owners,
    check_path,
    git_in,
    is_behind,
    is_folder,
    owned,
    quoted,
    told,
)


@operation()
def worktree(
    worktree: str,
    repo: str | None = None,
    detached: bool = False,
    new_branch: str | None = None,
    commitish: str | None = None,
    pull: bool = True,
    rebase: bool = False,
    from_remote_branch: tuple[str, str] | None = None,
    present: bool = True,
    assume_repo_exists: bool = False,
    force: bool = False,
    user: str | None = None,
    group: str | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have a further working tree of a repository, following a remote branch, or have none.

    Where something fails while one is made, what was made is removed, with its branch.

    Args:
        worktree: its folder.
        repo: the repository's folder; needed to make one.
        detached: whether a new one is at a commit and on no branch.
        new_branch: the branch that is made for a new one.
        commitish: the commit, tag or branch that a new one is at; a new branch of its folder's name by default.
        pull: whether one that is there follows its remote branch.
        rebase: whether to rebase, not merge, what it has of its own.
        from_remote_branch: remote and branch to follow, such as `("origin", "main")`; the branch's own by default.
        present: whether it should be there.
        assume_repo_exists: whether an earlier operation of the same deploy makes the repository.
        force: whether to make or remove it where git has doubts.
        user: who owns a new one.
        group: the group that owns it.

    Raises:
        OperationError: the repository is not there, or none is named, git does not work in it, the folder is something
            else, `from_remote_branch` is no pair, or the host has no such user or group.
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value is empty, git would take it for an option, or there is a new branch for a tree on
            none.

    **Example:**

    ```python
    from pyinfra.operations import git

    git.worktree(
        name="Have the release beside the main branch",
        repo="/srv/site",
        worktree="/srv/site-release",
        commitish="release",
    )
    ```
    """
    check_path("worktree", worktree)
    for what, value in (("new_branch", new_branch), ("commitish", commitish)):
        check_name(what, value)
    if detached and new_branch:
        raise OperationValueError(
            f"a working tree is on a branch or on none: leave out new_branch={new_branch!r} or detached=True"
        )
    is_there = is_folder(worktree)
    if not present:
        if is_there:
            yield git_in(worktree, "worktree remove .", *(["--force"] if force else []))
        else:
            host.noop(f"git worktree {worktree} does not exist")
    elif is_there:
        yield from _follow(worktree, pull, rebase, from_remote_branch)
    else:
        check_owners(user, group)
        known = _repository(repo, worktree, assume_repo_exists)
        made = _made_branch(worktree, known, detached, new_branch, commitish)
        undo = _undo(worktree, known, made)
        yield from undone(_make(worktree, known, detached, new_branch, commitish, force), undo)
        if user or group:
            remove = [git_in(known, "worktree remove --force", quote_path(worktree)), *undo]
            yield from undone(_give(worktree, known, made, user, group), remove)


def _repository(repo: str | None, worktree: str, assume_repo_exists: bool) -> str:
    if repo is None:
        raise OperationError(f"{worktree} can't be made: say of which repository, as repo")
    check_path("repo", repo)
    folder = repo.rstrip("/") or "/"
    if not assume_repo_exists and not is_folder(f"{folder}/.git"):
        raise OperationError(f"The following folder is not a valid GIT repository : {folder}")
    return folder


def _make(
    worktree: str, repo: str, detached: bool, new_branch: str | None, commitish: str | None, force: bool
) -> Generator[StringCommand, None, None]:
    options: list[object] = ["-b", *quoted(new_branch)] if new_branch else []
    options += ["--detach"] if detached else []
    options += ["--force"] if force else []
    yield git_in(
        repo, "worktree add", *options, quote_path(worktree), *(quoted(commitish) if commitish else [])
    )


def _undo(worktree: str, repo: str, made: str | None) -> list[StringCommand]:
    """Word what removes what git leaves of a tree that it could not make: the branch, and folders above it."""
    if not state.is_executing:
        return []
    path = worktree if worktree.startswith("~") else str(PurePosixPath(repo, worktree))
    is_new = made is not None and told(GitLocalCommit, repo, ref=f"refs/heads/{made}") is None
    return [
        *([git_in(repo, "branch -D --", *quoted(made))] if made is not None and is_new else []),
        *remove_folders(missing_folders(path)),
    ]


def _give(
    worktree: str, repo: str, made: str | None, user: str | None, group: str | None
) -> Generator[StringCommand, None, None]:
    name = PurePosixPath(worktree).name
    yield owned(worktree, user, group)
    yield owned(f"{repo}/.git/worktrees/{name}", user, group)
    if made is not None:
        yield owned(f"{repo}/.git/refs/heads/{made}", user, group, recursive=False)
        yield owned(f"{repo}/.git/logs/refs/heads/{made}", user, group)


def _made_branch(
    worktree: str, repo: str, detached: bool, new_branch: str | None, commitish: str | None
) -> str | None:
    """Give the branch that is made with a tree; None where it is on one that is there, or on none."""
    if new_branch:
        return new_branch
    if detached:
        return None
    if not commitish:
        return PurePosixPath(worktree).name
    # Of a name that only the remote has, git makes a branch.
    is_made = (
        state.is_executing
        and told(GitLocalCommit, repo, ref=f"refs/heads/{commitish}") is None
        and told(GitLocalCommit, repo, ref=f"refs/remotes/origin/{commitish}") is not None
    )
    return commitish if is_made else None


def _follow(
    worktree: str, pull: bool, rebase: bool, from_remote_branch: tuple[str, str] | None
) -> Generator[PyinfraCommand, None, None]:
    if not pull:
        if state.is_executing and not host.get_fact(File, path=f"{worktree}/.git"):
            raise OperationError(f"the folder {worktree} on {host.name} is no working tree of a repository")
        host.noop("Pull is disabled")
        return
    tracked = told(GitTrackingBranch, worktree)
    named = _pair(from_remote_branch)
    remote, _, branch = ("/".join(named) if named else tracked or "").partition("/")
    if not branch:
        host.noop(f"git worktree {worktree} follows no branch")
        return
    if not is_behind(worktree, "HEAD", remote, branch):
        host.noop(f"git worktree {worktree} is already up to date")
        return
    how = "pull --rebase" if rebase else "pull"
    yield from undone([git_in(worktree, how, *(quoted(*named) if named else []))], abort(worktree))


def _pair(from_remote_branch: tuple[str, str] | None) -> tuple[str, str] | None:
    if from_remote_branch is None:
        return None
    names = tuple(from_remote_branch)
    if isinstance(from_remote_branch, str) or len(names) != 2:  # noqa: PLR2004 - a pair
        raise OperationError(
            'The remote branch must be a 2-tuple (remote, branch) such as ("origin", "master")'
        )
    for name in names:
        check_name("from_remote_branch", name, optional=False)
    return names[0], names[1]
