"""What nginx is set up to serve."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import FactBase, QuoteString, StringCommand


class Sites(FactBase[list[str]]):
    """The names of the enabled sites, from `ls -1`.

    Args:
        root: where nginx is configured.
    """

    default = list

    def command(self, root: str = "/etc/nginx") -> StringCommand:
        return StringCommand("ls", "-1", "--", QuoteString(f"{root}/sites-enabled"), "||", "true")

    def process(self, output: Iterable[str]) -> list[str]:
        return sorted(output)
