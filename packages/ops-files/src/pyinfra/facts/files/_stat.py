"""What a path is: a file, a directory, a link or a socket, its owner, mode, times and size."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, ClassVar, Literal, TypedDict

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

from ._link_target import parse_link_target

_GNU_FORMAT = "'user=%U group=%G mode=%A atime=%X mtime=%Y ctime=%Z size=%s %N'"
_BSD_FORMAT = "'user=%Su group=%Sg mode=%Sp atime=%a mtime=%m ctime=%c size=%z %N%SY'"

_STAT = re.compile(
    r"user=(?P<user>.*?) group=(?P<group>.*?) mode=(?P<type>.)(?P<mode>[-rwxsStT]{9})\S* "
    r"atime=(?P<atime>-?\d+) mtime=(?P<mtime>-?\d+) ctime=(?P<ctime>-?\d+) size=(?P<size>\d+) (?P<name>.*)",
    re.DOTALL,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LS = re.compile(
    r"(?P<type>[-bcdlps])(?P<mode>[-rwxsStT]{9})[.+@]?\s+\d+\s+(?P<user>\S+)\s+(?P<group>\S+)\s+(?P<size>\d+)\s+"
    # macOS writes the day first in some regions.
    rf"(?:(?P<first_day>\d+)\s+)?(?P<month>{'|'.join(_MONTHS)})\s+(?(first_day)|(?P<day>\d+)\s+)(?P<when>\d+:\d+|\d{{4}})\s(?P<name>.*)",
    re.DOTALL,
)


class FileDict(TypedDict):
    """What is known of a path.

    Attributes:
        user: the owner's name.
        group: the group's name.
        mode: the permissions, as an int that reads as their octal digits: 644, 4755.
        atime: when it was last read, in UTC without a zone; None where the host could not tell.
        mtime: when its content last changed.
        ctime: when its content or metadata last changed.
        size: its size in bytes.
    """

    user: str
    group: str
    mode: int
    atime: datetime | None
    mtime: datetime | None
    ctime: datetime | None
    size: int


class LinkDict(FileDict):
    """What is known of a symbolic link.

    Attributes:
        link_target: what it leads to, as it is written in the link.
    """

    link_target: str


def parse_mode(text: str) -> int:
    """Read permissions as `ls` writes them.

    Args:
        text: nine characters, such as `rwxr-sr-x`.

    Returns:
        An int that reads as the octal digits: 2755.
    """
    special, mode = 0, 0
    for place, letters in enumerate((text[0:3], text[3:6], text[6:9])):
        bits = 4 * (letters[0] == "r") + 2 * (letters[1] == "w") + (letters[2] in "xst")
        mode += bits * 10 ** (2 - place)
        if letters[2] in "sStT":
            special += 4 >> place
    return special * 1000 + mode


def _timestamp(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), timezone.utc).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return None


def _ls_time(month: str, day: str, when: str) -> datetime | None:
    """Read the date of `ls -l`, which leaves the year out of recent ones."""
    year = when if ":" not in when else str(datetime.now(timezone.utc).year)
    clock = when if ":" in when else "0:0"
    hours, minutes = clock.split(":")
    try:
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hours), int(minutes))  # noqa: DTZ001 - as printed
    except ValueError:
        return None


class _StatFactBase(FactBase["FileDict | Literal[False] | None"]):
    """What is known of a path that is of one type."""

    abstract = True
    side_effect_free = True
    type: ClassVar[str]

    _path: str | None = None

    @override
    def command(self, path: str) -> StringCommand:
        # The tools print the path as they get it.
        self._path = None if path == "~" or path.startswith("~/") else path
        if path.startswith("-"):
            self._path = f"./{path}"
        word = quote_path(path)
        return StringCommand(
            StringCommand("! (test -e", word, "|| test -L", word, ")"),
            "||",
            StringCommand(
                *("( stat -c", _GNU_FORMAT, word, "2> /dev/null"),
                *("|| stat -f", _BSD_FORMAT, word),
                *("|| ls -ld", word, ")"),
            ),
        )

    @override
    def process(self, output: list[str]) -> FileDict | Literal[False] | None:
        for start in range(len(output)):
            text = "\n".join(output[start:])
            if match := _STAT.fullmatch(text):
                times = {key: _timestamp(match[key]) for key in ("atime", "mtime", "ctime")}
                return self._read(match, times)
            if match := _LS.fullmatch(text):
                mtime = _ls_time(match["month"], match["first_day"] or match["day"], match["when"])
                return self._read(match, {"atime": None, "mtime": mtime, "ctime": None})
        return None

    def _read(
        self, match: re.Match[str], times: dict[str, datetime | None]
    ) -> FileDict | Literal[False] | None:
        if match["type"] != self.type:
            return False
        found: Any = {
            "user": match["user"],
            "group": match["group"],
            "mode": parse_mode(match["mode"]),
            **times,
            "size": int(match["size"]),
        }
        return self._finish(found, match["name"])

    def _finish(self, found: Any, name: str) -> FileDict | None:
        result: FileDict = found
        return result


class File(_StatFactBase):
    """What is known of a regular file, from `stat`, or `ls -ld` where there is none.

    The value is a `FileDict`; None where there is nothing at the path, and False where there is something else, a
    symbolic link to a file too:

    ```
    {
        "user": "root",
        "group": "root",
        "mode": 644,
        "atime": datetime,
        "mtime": datetime,
        "ctime": datetime,
        "size": 1024,
    }
    ```

    Args:
        path: the path; `~/` is the home of whoever the command runs as.

    **Example:**

    ```python
    host.get_fact(File, path="/etc/motd")
    ```
    """

    type = "-"


class Directory(_StatFactBase):
    """What is known of a directory, from `stat`, or `ls -ld` where there is none.

    The value is as that of `files.File`: a `FileDict`, None for nothing, False for something else.

    Args:
        path: the path; `~/` is the home of whoever the command runs as.

    **Example:**

    ```python
    host.get_fact(Directory, path="/etc/nginx")
    ```
    """

    type = "d"


class Socket(_StatFactBase):
    """What is known of a Unix socket, from `stat`, or `ls -ld` where there is none.

    The value is as that of `files.File`: a `FileDict`, None for nothing, False for something else.

    Args:
        path: the path; `~/` is the home of whoever the command runs as.

    **Example:**

    ```python
    host.get_fact(Socket, path="/run/docker.sock")
    ```
    """

    type = "s"


class Link(_StatFactBase):
    """What is known of a symbolic link, from `stat`, or `ls -ld` where there is none.

    The value is a `LinkDict`: as that of `files.File`, and the `link_target` as it is written in the link; None for
    nothing, False for something else.

    Args:
        path: the path; `~/` is the home of whoever the command runs as.

    **Example:**

    ```python
    host.get_fact(Link, path="/etc/localtime")
    ```
    """

    type = "l"

    @override
    def _finish(self, found: Any, name: str) -> FileDict | None:
        target = parse_link_target(name, self._path, found["size"])
        if target is None:
            return None
        found["link_target"] = target
        return super()._finish(found, name)
