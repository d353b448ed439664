"""Paths below a folder."""

from __future__ import annotations

from typing import Any, ClassVar

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.facts.util.quoting import quote_path
from pyinfra.facts.util.units import parse_size
from typing_extensions import override


class FindFilesBase(FactBase["list[str]"]):
    """Paths of one type below a folder, as `find` prints them, one a line.

    Args:
        path: the folder.
        size: the size they have, in bytes, or with a unit such as `10 KB`.
        min_size: the size they are above.
        max_size: the size they are below.
        maxdepth: how many levels of folders to go down.
        fname: a shell pattern for their names.
        iname: the same, in any case.
        regex: a regular expression for their whole paths.
        path_match: a shell pattern for their whole paths.
        args: further arguments for `find`, each one word.
        quote_path: False to have the shell expand the path, which is then a piece of shell code.

    Attributes:
        type_flag: the type, as `find -type` names it.
    """

    abstract = True
    side_effect_free = True
    type_flag: ClassVar[str]

    @override
    def command(
        self,
        path: str,
        size: str | int | None = None,
        min_size: str | int | None = None,
        max_size: str | int | None = None,
        maxdepth: int | None = None,
        fname: str | None = None,
        iname: str | None = None,
        regex: str | None = None,
        path_match: str | None = None,
        args: list[str] | None = None,
        quote_path: bool = True,
    ) -> StringCommand:
        bits: list[Any] = ["find", _start(path, quote_path), "-type", self.type_flag]
        for sign, bytes_wanted in (("+", min_size), ("-", max_size), ("", size)):
            if bytes_wanted is not None:
                bits += ["-size", f"{sign}{parse_size(bytes_wanted)}c"]
        if maxdepth is not None:
            bits += ["-maxdepth", QuoteString(maxdepth)]
        tests = (("-name", fname), ("-iname", iname), ("-regex", regex), ("-path", path_match))
        for test, pattern in tests:
            if pattern is not None:
                bits += [test, QuoteString(pattern)]
        bits += [QuoteString(argument) for argument in args or ()]
        return StringCommand(*bits, "||", "true")

    @override
    def process(self, output: list[str]) -> list[str]:
        return output

    @staticmethod
    @override
    def default() -> list[str]:
        return []


def _start(path: str, quoted: bool) -> Any:
    return quote_path(path) if quoted else path


class FindFiles(FindFilesBase):
    """Regular files below a folder, as `find` prints them.

    **Example:**

    ```python
    host.get_fact(FindFiles, path="/var/log")
    ```
    """

    type_flag = "f"


class FindLinks(FindFilesBase):
    """Symbolic links below a folder, as `find` prints them.

    **Example:**

    ```python
    host.get_fact(FindLinks, path="/etc/alternatives")
    ```
    """

    type_flag = "l"


class FindDirectories(FindFilesBase):
    """Folders below a folder, and that itself, as `find` prints them.

    **Example:**

    ```python
    host.get_fact(FindDirectories, path="/srv/www")
    ```
    """

    type_flag = "d"
