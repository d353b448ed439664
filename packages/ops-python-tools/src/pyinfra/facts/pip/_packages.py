"""The packages that pip sees in its environment."""

from __future__ import annotations

import re
from typing import ClassVar

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pyinfra.api import FactBase, FactValueError, StringCommand
from pyinfra.facts.util.packaging import PackageVersionDict
from typing_extensions import override

from ._command import first_word, quote_words

_NAME = r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_PINNED = re.compile(rf"{_NAME}={{2,3}}([0-9A-Za-z]\S*)")
_FROM_URL = re.compile(rf"{_NAME} @ (\S+)")
_EDITABLE = re.compile(rf"-e \S+[#&]egg={_NAME}(?:&\S*)?")
# What stands above an editable install that no requirement can name.
_EDITABLE_COMMENT = re.compile(rf"# Editable .*\({_NAME}={{2,3}}([0-9A-Za-z][^\s)]*)\)")


class PipPackages(FactBase[PackageVersionDict]):
    """The packages in an environment, and their versions. Parses `pip freeze --all`.

    Names are written as pip writes them. Where pip tells a URL and no version, the version is that in the name of a
    wheel or source archive; there is none for other URLs.

    ```python
    {"requests": {"2.31.0"}, "from-a-branch": set()}
    ```

    Args:
        pip: the pip to ask, as words of a command: `pip3`, `/opt/app/bin/pip`, `python3 -m pip`.
    """

    side_effect_free = True
    default_pip: ClassVar[str] = "pip"

    def _words(self, pip: str | None) -> str:
        words = quote_words(pip, "pip", FactValueError) if pip else self.default_pip
        if not words or words.startswith("-"):
            raise FactValueError(f"pip must be words of a command, not {pip!r}")
        return words

    @override
    def requires_command(self, pip: str | None = None) -> str:
        return first_word(self._words(pip))

    @override
    def command(self, pip: str | None = None) -> StringCommand:
        return StringCommand(self._words(pip), "freeze --all")

    @override
    @staticmethod
    def default() -> PackageVersionDict:
        return {}

    @override
    def process(self, output: list[str]) -> PackageVersionDict:
        packages: PackageVersionDict = {}
        for line in output:
            if found := _PINNED.fullmatch(line) or _EDITABLE_COMMENT.fullmatch(line):
                packages.setdefault(found[1], set()).add(found[2])
            elif found := _FROM_URL.fullmatch(line):
                packages.setdefault(found[1], set()).update(version_in_url(found[2]))
            elif found := _EDITABLE.fullmatch(line):
                packages.setdefault(found[1], set())
        return packages


class Pip3Packages(PipPackages):
    """The packages in an environment, and their versions, as `PipPackages` has them. Parses `pip3 freeze --all`."""

    default_pip = "pip3"


def version_in_url(url: str) -> set[str]:
    """Read the version out of the name of a wheel or source archive.

    Args:
        url: its URL or path; a fragment or query may follow.

    Returns:
        The version, or nothing where the name is not one of such a file.
    """
    found = parse_archive(url)
    return {found[1]} if found else set()


def parse_archive(url: str) -> tuple[str, str] | None:
    """Read the name of a wheel (`name-1.0-py3-none-any.whl`) or source archive (`name-1.0.tar.gz`).

    Args:
        url: its URL or path; a fragment or query may follow.

    Returns:
        The package's name, in its normal form, and its version; None where it is no such file.
    """
    file = re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2]
    try:
        if file.endswith(".whl"):
            name, version, *_ = parse_wheel_filename(file)
        else:
            name, version = parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return str(name), str(version)
