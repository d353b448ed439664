"""Settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from ._within import GitFact, within

if TYPE_CHECKING:
    from pyinfra.api import StringCommand


class GitConfig(GitFact["dict[str, list[str]]"]):
    """The settings of git, with all values of each. Parses `git config -l`.

    ```python
    {"user.email": ["ops@example.net"], "safe.directory": ["/srv/one", "/srv/two"]}
    ```

    Args:
        repo: the folder of a repository, for its own settings.
        system: whether to tell the host's settings; those of the user by default.
    """

    default = dict
    side_effect_free = True

    @override
    def command(self, repo: str | None = None, system: bool = False) -> str | StringCommand:
        if repo is not None:
            return within(repo, "git config --local -l")
        return f"git config {'--system' if system else '--global'} -l || true"

    @override
    def process(self, output: list[str]) -> dict[str, list[str]]:
        settings: dict[str, list[str]] = {}
        values: list[str] | None = None
        for line in output:
            key, equals, value = line.partition("=")
            # A setting without a value stands for true; a line without a dot goes on a value of more lines.
            if equals or "." in key:
                values = settings.setdefault(key, [])
                values.append(value)
            elif values is not None:
                values[-1] += f"\n{line}"
        return settings
