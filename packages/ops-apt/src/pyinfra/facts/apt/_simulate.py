"""What apt would do."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, FactValueError, StringCommand
from typing_extensions import override

from ._command import noninteractive_apt, quote_words

_COUNTS = re.compile(
    r"(\d+) upgraded, (\d+) newly installed, (?:\d+ reinstalled, )?(?:(\d+) downgraded, )?"
    r"(\d+) to remove and (\d+) not upgraded"
)
_UNFINISHED = re.compile(r"(\d+) not fully installed or removed\.")


class SimulateOperationWillChange(FactBase["dict[str, int] | None"]):
    """How many packages an `apt-get` command would change. Parses `apt-get --dry-run`.

    `downgraded` is there where packages would be, and `unfinished` where the scripts of some have failed, so that they
    are only half installed or removed.

    ```python
    {"upgraded": 15, "newly_installed": 0, "removed": 0, "not_upgraded": 3}
    ```

    **Example:**

    ```python
    host.get_fact(SimulateOperationWillChange, command="dist-upgrade")
    ```
    """

    side_effect_free = True

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "apt-get"

    def command(self, command: str) -> StringCommand:
        """Give the command.

        Args:
            command: the words that follow `apt-get`, such as `dist-upgrade --autoremove`.

        Returns:
            The command.

        Raises:
            FactValueError: quotes in `command` are not closed.
        """
        words = quote_words(command, "command", FactValueError)
        return StringCommand("LC_ALL=C", noninteractive_apt(words), "--dry-run")

    @override
    def process(self, output: list[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for line in output:
            if found := _COUNTS.match(line):
                upgraded, new, downgraded, removed, kept = found.groups()
                counts = {
                    "upgraded": int(upgraded),
                    "newly_installed": int(new),
                    "removed": int(removed),
                    "not_upgraded": int(kept),
                    **({"downgraded": int(downgraded)} if downgraded else {}),
                }
            elif found := _UNFINISHED.match(line):
                counts["unfinished"] = int(found[1])
        if "upgraded" not in counts:
            raise ValueError("apt-get did not say how many packages it would change")
        return counts
