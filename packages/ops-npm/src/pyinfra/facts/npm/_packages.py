"""Installed packages."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

# A branch of the tree, drawn as the host's locale allows; a name may have a scope, and links and notes follow.
_LINE = re.compile(r"(?:[├└]─[─┬]|[+`]-[-+]) (?P<name>(?:@[^@/\s]+/)?[^@/\s]+)@(?P<version>[^\s,]+)")


class NpmPackages(FactBase["dict[str, list[str]]"]):
    """The installed packages of npm, and their versions. Parses `npm list --depth=0`.

    ```python
    {"typescript": ["5.3.3"], "@angular/cli": ["17.0.0"]}
    ```

    Args:
        directory: the folder of a project, for its packages; the global ones by default.
    """

    default = dict
    side_effect_free = True

    @override
    def requires_command(self, directory: str | None = None) -> str:
        return "npm"

    @override
    def command(self, directory: str | None = None) -> str | StringCommand:
        if directory is None:
            return "npm list -g --depth=0"
        path = quote_path(directory)
        # npm list fails where package.json wants what is not there (yet), and has told what is.
        return StringCommand("! test -d", path, "|| (cd", path, "&& npm list --depth=0 2>/dev/null) || true")

    @override
    def process(self, output: list[str]) -> dict[str, list[str]]:
        packages: dict[str, list[str]] = {}
        for line in output:
            found = _LINE.match(line)
            if found and found["name"] != "UNMET":
                packages.setdefault(found["name"], []).append(found["version"])
        return packages
