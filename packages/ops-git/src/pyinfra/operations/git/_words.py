"""What git operations check and word alike."""

from __future__ import annotations

from typing import Any, TypeVar

from pyinfra import host, state
from pyinfra.api import (
    FactBase,
    FactError,
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
)
from pyinfra.api.exceptions import FactNotCollected
from pyinfra.facts.files import Directory
from pyinfra.facts.git import GitHasCommit, GitLocalCommit, GitRemoteBranchCommit, RemoteCommit
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import chown
from pyinfra.operations.util.owners import refuse_unknown_owners

T = TypeVar("T")


def check_name(what: str, value: object, optional: bool = True) -> None:
    """Refuse what git would take for an option, or for nothing.

    Args:
        what: the argument's name.
        value: its value.
        optional: whether it may be None.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty or starts with a dash.
    """
    if value is None and optional:
        return
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be a str, not {value!r}")
    if not value or value.startswith("-") or "\n" in value:
        raise OperationValueError(f"{what} must be a name, not {value!r}")


def check_path(what: str, value: object) -> None:
    """Refuse what is no path.

    Args:
        what: the argument's name.
        value: its value.

    Raises:
        OperationTypeError: it is no str.
        OperationValueError: it is empty.
    """
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be a str, not {value!r}")
    if not value:
        raise OperationValueError(f"{what} must be the path of a folder, not {value!r}")


def is_folder(path: str) -> bool:
    """Tell whether there is a folder on the host."""
    # Little may be known of one that is there.
    return host.get_fact(Directory, path=path) not in (None, False)


def told(fact: type[FactBase[T]], repo: str, **arguments: Any) -> T:
    """Ask a fact of a repository.

    Args:
        fact: the fact.
        repo: the repository's folder.
        **arguments: the fact's other arguments.

    Returns:
        Its value.

    Raises:
        OperationError: git does not work in the folder.
    """
    try:
        return host.get_fact(fact, repo=repo, **arguments)
    except FactNotCollected:
        raise
    except FactError as error:
        info = host.get_fact(Directory, path=repo)
        owner = info.get("user") if info else None
        raise OperationError(
            f"git on {host.name} does not work in {repo}, which belongs to {owner} (where that is not the user "
            f"who runs git, run the operation with _sudo_user={str(owner)!r}, or have git trust the folder with "
            f"git.config('safe.directory', {repo!r}, multi_value=True)): {error}"
        ) from error


def is_behind(repo: str, ref: str, remote: str, branch: str) -> bool:
    """Tell whether a branch of a remote has what is not in a repository yet, or may have.

    Args:
        repo: the repository's folder.
        ref: what follows the branch: a name of a commit there.
        remote: the remote's name.
        branch: the branch.

    Returns:
        Whether it has.

    Raises:
        OperationError: git does not work in the folder.
    """
    local = told(GitLocalCommit, repo, ref=ref)
    there = told(GitRemoteBranchCommit, repo, remote=remote, branch=branch)
    full = f"refs/heads/{branch}"
    if isinstance(there, RemoteCommit) and there.ref not in ("", full):
        # Another one whose name ends alike.
        there = told(GitRemoteBranchCommit, repo, remote=remote, branch=full)
        if there is None:
            # A tag that is yet to be fetched has nothing to be followed.
            return local is not None
    if local is None or local == there or not isinstance(there, RemoteCommit):
        return local is None or local != there
    return not told(GitHasCommit, repo, commit=str(there), ref=ref)


def check_owners(user: str | None, group: str | None) -> None:
    """Refuse owners that are no names, or that the host does not know when it is about to be changed.

    Args:
        user: the user, by name or number; None for none.
        group: the group, likewise.

    Raises:
        OperationError: the host has none of that name.
        OperationTypeError: one is no str.
        OperationValueError: one is empty.
    """
    check_name("user", user)
    check_name("group", group)
    refuse_unknown_owners(state, host, user, group)


def git_in(folder: str, *bits: Any) -> StringCommand:
    """Word a command of git in a folder."""
    return StringCommand("cd", quote_path(folder), "&& git", *bits)


def quoted(*values: str) -> list[QuoteString]:
    """Quote words."""
    return [QuoteString(value) for value in values]


def owned(path: str, user: str | None, group: str | None, recursive: bool = True) -> StringCommand:
    """Word a command that gives a path, with what is below it, to an owner."""
    return chown(path, user, group, recursive=recursive)
