"""Clones of repositories."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from pyinfra import host, state
from pyinfra.api import OperationError, OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import Directory
from pyinfra.facts.git import (
    DescribedCommit,
    GitBranch,
    GitCheckedOutBranch,
    GitConfig,
    GitSubmodules,
    GitTag,
)
from pyinfra.operations import files, ssh
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.folders import missing_folders, remove_folders
from pyinfra.operations.util.tools import check_tool

from ._undo import abort, back_to_commit, empty, names_in
from ._words import check_name, check_owners, check_path, git_in, is_behind, owned, quoted, told

# `user@host:path`, and `ssh://user@host:port/path`.
_SCP_LIKE = re.compile(r"(?:[^@/\s]+@)?(?P<host>[0-9A-Za-z.\-]+):(?!//)")
_SSH_URL = re.compile(r"ssh://(?:[^@/\s]+@)?(?P<host>[0-9A-Za-z.\-]+)(?::(?P<port>\d+))?/")


@operation()
def repo(
    src: str,
    dest: str,
    branch: str | None = None,
    pull: bool = True,
    rebase: bool = False,
    user: str | None = None,
    group: str | None = None,
    ssh_keyscan: bool = False,
    update_submodules: bool = False,
    recursive_submodules: bool = False,
    depth: int | None = None,
    *,
    fetch_tags: bool = False,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have a clone of a repository, at the newest commit of a branch, or at a tag.

    Where another user than the one who runs git owns the clone, git refuses to work in it: run the operation as that
    user (`_sudo_user`), and leave `user` out. What was changed in the clone and is not committed is kept; where a
    commit to come changes the same files, or can't be merged with those of the clone's own, the operation fails as git
    does, and the clone is on the branch, and at the commit, that it was on. A new clone is there whole, with its
    submodules and its owner, or not at all: where something fails, what was made is removed.

    Args:
        src: what to clone: a URL, or a path on the host.
        dest: the clone's folder.
        branch: a branch or a tag; the repository's own choice by default.
        pull: whether to follow the branch; else a clone that is there is left at its commit.
        rebase: whether to rebase, not merge, what the clone has of its own.
        user: who owns the clone.
        group: the group that owns it.
        ssh_keyscan: whether to take the key of the source's host as known first, as `ssh.keyscan` does.
        update_submodules: whether submodules are at the commits that the clone names.
        recursive_submodules: whether those of submodules are, too.
        depth: the number of commits that a new clone has.
        fetch_tags: whether to fetch all tags before another branch is checked out.

    Raises:
        OperationError: git does not work in the clone, it is on no branch that could be followed, `ssh_keyscan` is
            asked for a source that is not reached by ssh, or the host has no such user or group.
        OperationTypeError: a value has the wrong type.
        OperationValueError: a value is empty, or git would take it for an option.

    **Example:**

    ```python
    from pyinfra.operations import git

    git.repo(
        name="Clone the site",
        src="https://git.example.net/site.git",
        dest="/srv/site",
        branch="main",
    )
    ```
    """
    _check(src, dest, branch, depth)
    scanned = _host_of(src) if ssh_keyscan else None
    check_owners(user, group)
    info = host.get_fact(Directory, path=f"{dest}/.git")
    # Little may be known of one that is there.
    is_new = info is None or info is False
    if is_new:
        check_tool(state, host, "git")
    undo = remove_folders(missing_folders(dest)) if is_new else []
    yield from undone(files.directory._inner(path=dest), undo)
    if scanned:
        yield from undone(ssh.keyscan._inner(scanned[0], port=scanned[1]), undo)
    commands = list(
        _clone(src, branch, depth) if is_new else _update(src, dest, branch, pull, rebase, fetch_tags)
    )
    if update_submodules and (commands or _needs_submodules(dest, recursive_submodules)):
        recursive = ["--recursive"] if recursive_submodules else []
        commands.append(["submodule update --init", *recursive])
    if commands:
        undo = [*(_undo_clone(dest) if is_new else _undo_update(dest, src, branch)), *undo]
    yield from undone((git_in(dest, *bits) for bits in commands), undo)
    is_others = _is_others(info, user, group)
    if (commands or is_others) and (user or group):
        yield from undone([owned(dest, user, group)], undo if is_new else [])
    if not commands and not is_others and pull:
        host.noop(f"git repository {dest} is already up to date")


def _is_others(info: Any, user: str | None, group: str | None) -> bool:
    """Tell whether a clone is known to belong to someone else, as one whose owner could not be set before."""
    wanted = {"user": user, "group": group}
    known = {key: info.get(key) if isinstance(info, dict) else None for key in wanted}
    return any(
        name and not name.isdecimal() and known[key] not in (None, name) for key, name in wanted.items()
    )


def _check(src: str, dest: str, branch: str | None, depth: int | None) -> None:
    check_name("src", src, optional=False)
    check_path("dest", dest)
    check_name("branch", branch)
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int)):
        raise OperationTypeError(f"depth must be a number of commits, not {depth!r}")
    if depth is not None and depth < 1:
        raise OperationValueError(f"depth must be one commit at least, not {depth}")


def _host_of(src: str) -> tuple[str, int]:
    found = _SSH_URL.match(src) or _SCP_LIKE.match(src)
    if found is None:
        raise OperationError(f"Could not parse domain (to SSH keyscan) from: {src}")
    return found["host"], int(found.groupdict().get("port") or 22)


def _clone(src: str, branch: str | None, depth: int | None) -> Generator[list[object], None, None]:
    options: list[object] = ["--depth", depth] if depth is not None else []
    if branch is not None:
        options += ["--branch", *quoted(branch)]
    yield ["clone", *quoted(src), *options, "."]


def _undo_clone(dest: str) -> list[StringCommand]:
    # Into a folder that is not empty, git clones nothing.
    return [empty(dest)] if names_in(dest) == [] else []


def _undo_update(dest: str, src: str, branch: str | None) -> list[StringCommand]:
    if not state.is_executing:
        return []
    urls = told(GitConfig, dest, system=False).get("remote.origin.url", [])
    undo = abort(dest)
    if undo:
        undo += back_to_commit(dest, branch)
    if len(urls) == 1 and urls != [src]:
        undo.append(git_in(dest, "remote set-url origin", *quoted(*urls)))
    return undo


def _update(
    src: str, dest: str, branch: str | None, pull: bool, rebase: bool, fetch_tags: bool
) -> Generator[list[object], None, None]:
    moved = told(GitConfig, dest, system=False).get("remote.origin.url") != [src]
    current = _current(dest, branch)
    if moved:
        yield ["remote set-url origin", *quoted(src)]
    is_tag = False
    if branch is not None and current != branch:
        is_tag = branch in (told(GitTag, dest) or [])
        if not is_tag:
            yield ["fetch --tags" if fetch_tags else "fetch"]
        if not (is_tag and current == f"tags/{branch}"):
            yield ["checkout", *quoted(branch)]
    if pull and not is_tag and (moved or _may_be_behind(dest, branch or current)):
        if (branch is None or current == branch) and _is_on_none(dest):
            yield from _back_to(dest, branch)
        yield ["pull --rebase" if rebase else "pull"]


def _current(dest: str, branch: str | None) -> str | None:
    """Give the branch that is checked out; what git describes is another name where a tag is at the same commit."""
    described = told(GitBranch, dest)
    if isinstance(described, DescribedCommit):
        described = described.ref.removeprefix("heads/")
    if described is not None and "/" in described and described != branch:
        return told(GitCheckedOutBranch, dest) or described
    return described


def _may_be_behind(dest: str, branch: str | None) -> bool:
    return branch is None or is_behind(dest, branch, "origin", branch)


def _is_on_none(dest: str) -> bool:
    """Tell whether no branch is checked out: git describes a commit alone by the name of a branch that is there."""
    return state.is_executing and told(GitCheckedOutBranch, dest) is None


def _back_to(dest: str, branch: str | None) -> Generator[list[object], None, None]:
    if branch is None:
        raise OperationError(
            f"the clone in {dest} on {host.name} is at a commit and on no branch, so that there is none to follow: "
            "name one as branch, or leave it where it is with pull=False"
        )
    yield ["checkout", *quoted(branch)]


def _needs_submodules(dest: str, recursive: bool) -> bool:
    states = told(GitSubmodules, dest, recursive=recursive)
    return any(state != "ok" for state in states.values())
