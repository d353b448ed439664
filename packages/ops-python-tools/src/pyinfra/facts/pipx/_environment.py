"""Where pipx keeps what it installs."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import override

_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")


class PipxEnvironment(FactBase["dict[str, str]"]):
    """pipx's settings, by the names of its environment variables. Parses `pipx environment`.

    A variable that was set stands there twice in newer versions of pipx, as it was set and as it is used; the latter
    counts.

    ```python
    {"PIPX_HOME": "/home/ann/.local/pipx", "PIPX_BIN_DIR": "/home/ann/.local/bin"}
    ```
    """

    command = "pipx environment"

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "pipx"

    @override
    @staticmethod
    def default() -> dict[str, str]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        found = (_VARIABLE.fullmatch(line) for line in output)
        return {variable[1]: variable[2] for variable in found if variable}
