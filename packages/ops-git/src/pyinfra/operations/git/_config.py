"""Settings of git."""

from __future__ import annotations

import re
from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import (
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.facts.files import File
from pyinfra.facts.git import GitConfig
from pyinfra.operations.util.tools import check_tool

from ._words import check_name, check_path, git_in, is_folder, told


@operation(together=True)
def config(
    key: str, value: str, multi_value: bool = False, repo: str | None = None, system: bool = False
) -> Generator[StringCommand, None, None]:
    """Have a setting of git.

    Args:
        key: its name, such as `user.email`.
        value: its value.
        multi_value: whether it is one value among others, which are left as they are.
        repo: the folder of a repository, for a setting of that alone.
        system: whether it is the whole host's; the user's by default.

    Raises:
        OperationError: the folder is no repository, or one that git does not work in.
        OperationTypeError: the key or value is no str.
        OperationValueError: the key is empty, git would take it for an option, or both a repository and the host are
            named.

    **Example:**

    ```python
    from pyinfra.operations import git

    git.config(
        name="Sign commits with the team's address",
        key="user.email",
        value="team@example.net",
        system=True,
        _sudo=True,
    )
    ```
    """
    check_name("key", key, optional=False)
    if not isinstance(value, str):
        raise OperationTypeError(f"value must be a str, not {value!r}")
    if repo is not None and system:
        raise OperationValueError(
            f"a setting is that of a repository or of the host: leave out repo={repo!r} or system=True"
        )
    if repo is not None:
        check_path("repo", repo)
    settings = host.get_fact(GitConfig, repo=repo, system=system) if repo is None else _own_settings(repo)
    values = settings.get(_as_told(key), settings.get(key, []))
    if value in values if multi_value else values == [value]:
        host.noop(f"git config {key} is set to {value}")
        return
    if not settings:
        check_tool(state, host, "git")
    scope = "--local" if repo is not None else "--system" if system else "--global"
    how = ["--add"] if multi_value else ["--replace-all"] if len(values) > 1 else []
    bits = ["config", scope, *how, QuoteString(key), _in_double_quotes(value)]
    yield git_in(repo, *bits) if repo is not None else StringCommand("git", *bits)


def _own_settings(repo: str) -> dict[str, list[str]]:
    """Give the settings of a repository alone."""
    if not is_folder(f"{repo}/.git"):
        # In prepare, an earlier operation may be about to make it.
        if not state.is_executing:
            return {}
        # A further working tree and a submodule have a file in that place, and a bare repository is such a folder.
        if not any(host.get_fact(File, path=f"{repo}/{name}") for name in (".git", "HEAD")):
            raise OperationError(
                f"there is no git repository in {repo} on {host.name}: there is no folder {repo}/.git"
            )
    return told(GitConfig, repo, system=False)


def _as_told(key: str) -> str:
    """Write a key as git lists it: the case counts only between the first and the last dot."""
    section, dot, rest = key.partition(".")
    subsection, inner, name = rest.rpartition(".")
    return f"{section.lower()}{dot}{subsection}{inner}{name.lower()}"


def _in_double_quotes(value: str) -> StringCommand:
    return StringCommand('"', re.sub(r'([\\"$`])', r"\\\1", value), '"', _separator="")
