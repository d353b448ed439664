"""What apk would do."""

from __future__ import annotations

import re
import shlex

from pyinfra.api import FactBase, FactValueError, StringCommand
from typing_extensions import override

_STEP = re.compile(r"\(\d+/\d+\) ")


class ApkWillChange(FactBase[bool]):
    """Whether an apk command would change any package. Parses `apk --simulate`.

    False only where apk says that all is well without: where it fails, it is not known, and True.

    **Example:**

    ```python
    host.get_fact(ApkWillChange, command="upgrade nginx")
    ```
    """

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "apk"

    def command(self, command: str) -> StringCommand:
        """Give the command.

        Args:
            command: the words that follow `apk`, such as `upgrade nginx`.

        Returns:
            The command.

        Raises:
            FactValueError: quotes in `command` are not closed.
        """
        try:
            words = " ".join(shlex.quote(word) for word in shlex.split(command))
        except ValueError as cause:
            raise FactValueError(f"command must be words of a command, not {command!r}: {cause}") from cause
        return StringCommand("apk --simulate", words, "|| true")

    @override
    @staticmethod
    def default() -> bool:
        return True

    @override
    def process(self, output: list[str]) -> bool:
        return not any(line.startswith("OK: ") for line in output) or any(
            _STEP.match(line) for line in output
        )
