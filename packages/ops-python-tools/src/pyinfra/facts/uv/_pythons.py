"""The Pythons that uv knows."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from ._base import UvFact, read_pairs

Pythons = dict[str, set[str]]


class _Pythons(UvFact[Pythons]):
    """Pythons, as `uv python list` tells them.

    Attributes:
        only: the option that leaves out some.
        by: what they are listed by, as uv's JSON names it.
        what: what is listed, as uv's JSON names it.
    """

    abstract = True
    only: ClassVar[str] = ""
    by: ClassVar[str]
    what: ClassVar[str]

    @override
    def command(self, is_managed: bool = True) -> str:
        return f"uv python list {'--managed-python' if is_managed else ''} {self.only} --output-format=json"

    @override
    @staticmethod
    def default() -> Pythons:
        return {}

    @override
    def process(self, output: list[str]) -> Pythons:
        pythons: Pythons = {}
        for name, value in read_pairs(output, self.by, self.what):
            pythons.setdefault(name, set()).add(value)
        return pythons


class UvAvailablePythonsByImplementation(_Pythons):
    """The Pythons that uv could install or find, and the version of each. Parses `uv python list`.

    Args:
        is_managed: whether to leave out those that uv did not install itself, such as the system's.

    ```python
    {"cpython-3.14.0-linux-x86_64-gnu": {"3.14.0"}}
    ```
    """

    by, what = "key", "version"


class UvAvailablePythonsByVersion(_Pythons):
    """The versions of Python that uv could install or find, and which of each. Parses `uv python list`.

    Args:
        is_managed: whether to leave out those that uv did not install itself, such as the system's.

    ```python
    {"3.14.0": {"cpython-3.14.0-linux-x86_64-gnu"}}
    ```
    """

    by, what = "version", "key"


class UvInstalledPythonsByImplementation(_Pythons):
    """The Pythons that are installed, and the version of each. Parses `uv python list --only-installed`.

    Args:
        is_managed: whether to leave out those that uv did not install itself, such as the system's.

    ```python
    {"cpython-3.14.0-linux-x86_64-gnu": {"3.14.0"}}
    ```
    """

    only = "--only-installed"
    by, what = "key", "version"


class UvInstalledPythonsByVersion(_Pythons):
    """The versions of Python that are installed, and which of each. Parses `uv python list --only-installed`.

    Args:
        is_managed: whether to leave out those that uv did not install itself, such as the system's.

    ```python
    {"3.14.0": {"cpython-3.14.0-linux-x86_64-gnu"}}
    ```
    """

    only = "--only-installed"
    by, what = "version", "key"
