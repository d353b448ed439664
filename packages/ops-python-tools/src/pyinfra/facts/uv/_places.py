"""Which uv it is, and where it keeps things."""

from __future__ import annotations

import re

from typing_extensions import override

from ._base import UvFact


class _OneLine(UvFact[str]):
    """What uv tells in one line; empty where it told anything else."""

    abstract = True
    side_effect_free = True
    pattern = r"/.*"

    @override
    @staticmethod
    def default() -> str:
        return ""

    @override
    def process(self, output: list[str]) -> str:
        return output[0] if len(output) == 1 and re.fullmatch(self.pattern, output[0]) else ""


class UvVersion(_OneLine):
    """Which uv it is, `uv 0.9.8 (Homebrew 2025-11-07)`; empty where that is not known. Parses `uv --version`."""

    command = "uv --version"
    pattern = r"uv \d.*"


class UvPythonDir(_OneLine):
    """The folder of the Pythons that uv installed; empty where that is not known. Parses `uv python dir`."""

    command = "uv python dir 2>/dev/null"


class UvToolDir(_OneLine):
    """The folder of the tools' environments; empty where that is not known. Parses `uv tool dir`."""

    command = "uv tool dir 2>/dev/null"


class UvToolBinDir(_OneLine):
    """The folder of the tools' commands; empty where that is not known. Parses `uv tool dir --bin`."""

    command = "uv tool dir --bin 2>/dev/null"
