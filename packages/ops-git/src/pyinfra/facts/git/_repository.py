"""Branches, tags and commits."""

from __future__ import annotations

import re

from pyinfra.api import StringCommand
from typing_extensions import override

from ._within import GitFact, within, word

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TRACKED = re.compile(r"## .+\.\.\.(?P<tracked>\S+)")


class DescribedCommit(str):
    """The name of the branch or tag that describes the commit that is checked out.

    Attributes:
        ref: what git says, which tells one from the other: `heads/main`, `tags/v1.0`.
    """

    ref: str

    def __new__(cls, ref: str) -> DescribedCommit:
        made = super().__new__(cls, re.sub(r"^(?:heads|tags)/", "", ref))
        made.ref = ref
        return made


class GitBranch(GitFact["str | None"]):
    """What is checked out in a repository: a branch, or what is nearest to the commit. Parses `git describe --all`.

    git names a tag rather than a branch at the same commit. Which it was stands in the value's `ref`.

    ```python
    "main"
    ```

    Args:
        repo: the repository's folder.

    **Example:**

    ```python
    host.get_fact(GitBranch, repo="/srv/site")
    ```
    """

    side_effect_free = True

    @override
    def command(self, repo: str) -> StringCommand:
        return within(repo, "git describe --all")

    @override
    def process(self, output: list[str]) -> str:
        return DescribedCommit("".join(output[:1]))


class GitTag(GitFact["list[str] | None"]):
    """The tags of a repository. Parses `git tag`.

    ```python
    ["v1.0.0", "v1.0.1"]
    ```

    Args:
        repo: the repository's folder.

    **Example:**

    ```python
    host.get_fact(GitTag, repo="/srv/site")
    ```
    """

    side_effect_free = True

    @override
    def command(self, repo: str) -> StringCommand:
        return within(repo, "git tag")

    @override
    def process(self, output: list[str]) -> list[str] | None:
        return output


class GitTrackingBranch(GitFact["str | None"]):
    """The branch that the one checked out follows. Parses `git status --branch --porcelain`.

    ```python
    "origin/main"
    ```

    Args:
        repo: the repository's folder.

    **Example:**

    ```python
    host.get_fact(GitTrackingBranch, repo="/srv/site")
    ```
    """

    side_effect_free = True

    @override
    def command(self, repo: str) -> StringCommand:
        return within(repo, "git status --branch --porcelain")

    @override
    def process(self, output: list[str]) -> str | None:
        found = _TRACKED.match(output[0]) if output else None
        return found["tracked"] if found else None


class GitLocalCommit(GitFact["str | None"]):
    """The commit that a name stands for in a repository; None where it knows none. Parses `git rev-parse`.

    ```python
    "1a2b3c4d5e6f7890abcdef1234567890abcdef12"
    ```

    Args:
        repo: the repository's folder.
        ref: a branch, a tag or another name of a commit.

    **Example:**

    ```python
    host.get_fact(GitLocalCommit, repo="/srv/site")
    ```
    """

    side_effect_free = True

    @override
    def command(self, repo: str, ref: str = "HEAD") -> StringCommand:
        told = within(repo, "git rev-parse", word("ref", ref), "2>/dev/null")
        return StringCommand(told, "|| true")

    @override
    def process(self, output: list[str]) -> str | None:
        return _commit(output)


class RemoteCommit(str):
    """The commit that a reference of a remote names.

    Attributes:
        ref: the reference's full name, such as `refs/heads/main`; empty where it is not known.
    """

    ref: str

    def __new__(cls, commit: str, ref: str = "") -> RemoteCommit:
        made = super().__new__(cls, commit)
        made.ref = ref
        return made


class GitRemoteBranchCommit(GitFact["str | None"]):
    """The commit that a branch of a remote has now; None where that can't be told. Parses `git ls-remote`.

    git gives the first reference that ends in the branch's name: for `main`, `refs/heads/new/main`, too, and a tag.
    Which it was stands in the value's `ref`; a full name, such as `refs/heads/main`, is exact.

    ```python
    "1a2b3c4d5e6f7890abcdef1234567890abcdef12"
    ```

    Args:
        repo: the repository's folder.
        remote: the remote's name.
        branch: the branch, or its full name; the remote's own choice by default.

    **Example:**

    ```python
    host.get_fact(GitRemoteBranchCommit, repo="/srv/site")
    ```
    """

    # It asks another host, which may take long: not ahead of need.
    side_effect_free = False

    @override
    def command(self, repo: str, remote: str = "origin", branch: str | None = None) -> StringCommand:
        wanted = word("branch", branch) if branch is not None else "HEAD"
        return within(repo, "git ls-remote", word("remote", remote), wanted, "2>/dev/null | head -n1")

    @override
    def process(self, output: list[str]) -> str | None:
        commit = _commit(output)
        return RemoteCommit(commit, "".join(output[0].split()[1:2])) if commit is not None else None


class GitHasCommit(GitFact[bool]):
    """Whether a commit of a repository has another one in its history. From `git merge-base --is-ancestor`.

    Args:
        repo: the repository's folder.
        commit: the commit that is looked for.
        ref: a branch, a tag or another name of the commit whose history it is.

    **Example:**

    ```python
    host.get_fact(GitHasCommit, repo="/srv/site", commit="1a2b3c4d5e6f7890abcdef1234567890abcdef12", ref="main")
    ```
    """

    default = bool
    side_effect_free = True

    @override
    def command(self, repo: str, commit: str, ref: str = "HEAD") -> StringCommand:
        asked = ("git merge-base --is-ancestor", word("commit", commit), word("ref", ref), "2>/dev/null")
        return StringCommand(within(repo, *asked, "&& echo yes"), "|| true")

    @override
    def process(self, output: list[str]) -> bool:
        return output == ["yes"]


def _commit(output: list[str]) -> str | None:
    first = output[0].split()[0] if output and output[0].split() else ""
    return first if _COMMIT.fullmatch(first) else None


class GitCheckedOutBranch(GitFact["str | None"]):
    """The branch that is checked out, also where a tag names the same commit; None for a commit alone.

    Parses `git symbolic-ref --short HEAD`.

    ```python
    "main"
    ```

    Args:
        repo: the repository's folder.

    **Example:**

    ```python
    host.get_fact(GitCheckedOutBranch, repo="/srv/site")
    ```
    """

    side_effect_free = True

    @override
    def command(self, repo: str) -> StringCommand:
        return StringCommand(within(repo, "git symbolic-ref --short -q HEAD"), "|| true")

    @override
    def process(self, output: list[str]) -> str | None:
        return output[0] if output else None


class GitSubmodules(GitFact["dict[str, str]"]):
    """The submodules of a repository. Parses `git submodule status --recursive`.

    The state of each is `missing`, `other commit`, `conflict` or `ok`.

    ```python
    {"vendor/library": "ok", "theme": "missing"}
    ```

    Args:
        repo: the repository's folder.
        recursive: whether to tell those of submodules, too.

    **Example:**

    ```python
    host.get_fact(GitSubmodules, repo="/srv/site")
    ```
    """

    default = dict
    side_effect_free = True

    @override
    def command(self, repo: str, recursive: bool = False) -> StringCommand:
        return within(repo, "git submodule status", *(["--recursive"] if recursive else []))

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        states = {"-": "missing", "+": "other commit", "U": "conflict"}
        found = (re.fullmatch(r"([-+U ]?)[0-9a-f]{40,64} (.+?)(?: \([^()]*\))?", line) for line in output)
        return {one[2]: states.get(one[1], "ok") for one in found if one}
