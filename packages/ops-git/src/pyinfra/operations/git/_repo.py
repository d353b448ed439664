"""Clones of repositories."""

from __future__ import annotations

import re
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.git import (
    GitBranch,
    GitCheckedOutBranch,
    GitConfig,
    GitLocalCommit,
    GitRemoteBranchCommit,
    GitSubmodules,
    GitTag,
)
from pyinfra.operations import files, ssh

from ._words import check_name, check_path, git_in, is_folder, owned, quoted

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
    user (`_sudo_user`), and leave `user` out.

    Args:
        src: what to clone: a URL, or a path on the host.
        dest: the clone's folder.
        branch: a branch or a tag; the repository's own choice by default.
        pull: whether to follow the branch; else a clone that is there is left at its commit.
        rebase: whether to rebase, not merge, what the clone has of its own.
        user: who owns the clone when something was changed.
        group: the group that owns it.
        ssh_keyscan: whether to take the key of the source's host as known first, as `ssh.keyscan` does.
        update_submodules: whether submodules are at the commits that the clone names.
        recursive_submodules: whether those of submodules are, too.
        depth: the number of commits that a new clone has.
        fetch_tags: whether to fetch all tags before another branch is checked out.

    Raises:
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
    is_new = not is_folder(f"{dest}/.git")
    yield from files.directory._inner(path=dest)
    if ssh_keyscan:
        yield from _keyscan(src)
    commands = list(
        _clone(src, branch, depth) if is_new else _update(src, dest, branch, pull, rebase, fetch_tags)
    )
    if update_submodules and (commands or _needs_submodules(dest, recursive_submodules)):
        recursive = ["--recursive"] if recursive_submodules else []
        commands.append(["submodule update --init", *recursive])
    for bits in commands:
        yield git_in(dest, *bits)
    if commands and (user or group):
        yield owned(dest, user, group)
    if not commands:
        host.noop(f"git repository {dest} is already up to date")


def _check(src: str, dest: str, branch: str | None, depth: int | None) -> None:
    check_name("src", src, optional=False)
    check_path("dest", dest)
    check_name("branch", branch)
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int)):
        raise OperationTypeError(f"depth must be a number of commits, not {depth!r}")
    if depth is not None and depth < 1:
        raise OperationValueError(f"depth must be one commit at least, not {depth}")


def _keyscan(src: str) -> Generator[PyinfraCommand | StringCommand, None, None]:
    found = _SSH_URL.match(src) or _SCP_LIKE.match(src)
    if found is None:
        raise OperationValueError(f"ssh_keyscan needs a src that is reached by ssh, not {src!r}")
    yield from ssh.keyscan._inner(found["host"], port=int(found.groupdict().get("port") or 22))


def _clone(src: str, branch: str | None, depth: int | None) -> Generator[list[object], None, None]:
    options: list[object] = ["--depth", depth] if depth is not None else []
    if branch is not None:
        options += ["--branch", *quoted(branch)]
    yield ["clone", *quoted(src), *options, "."]


def _update(
    src: str, dest: str, branch: str | None, pull: bool, rebase: bool, fetch_tags: bool
) -> Generator[list[object], None, None]:
    moved = host.get_fact(GitConfig, repo=dest, system=False).get("remote.origin.url") != [src]
    current = _current(dest, branch)
    if moved:
        yield ["remote set-url origin", *quoted(src)]
    is_tag = False
    if branch is not None and current != branch:
        is_tag = branch in (host.get_fact(GitTag, repo=dest) or [])
        if not is_tag:
            yield ["fetch --tags" if fetch_tags else "fetch"]
        if not (is_tag and current == f"tags/{branch}"):
            yield ["checkout", *quoted(branch)]
    if pull and not is_tag and (moved or _is_behind(dest, branch or current)):
        yield ["pull --rebase" if rebase else "pull"]


def _current(dest: str, branch: str | None) -> str | None:
    """Give the branch that is checked out; what git describes is another name where a tag is at the same commit."""
    described = host.get_fact(GitBranch, repo=dest)
    if described is not None and "/" in described and described != branch:
        return host.get_fact(GitCheckedOutBranch, repo=dest) or described
    return described


def _is_behind(dest: str, branch: str | None) -> bool:
    if branch is None:
        return True
    local = host.get_fact(GitLocalCommit, repo=dest, ref=branch)
    there = host.get_fact(GitRemoteBranchCommit, repo=dest, remote="origin", branch=branch)
    return local is None or local != there


def _needs_submodules(dest: str, recursive: bool) -> bool:
    states = host.get_fact(GitSubmodules, repo=dest, recursive=recursive)
    return any(state != "ok" for state in states.values())
