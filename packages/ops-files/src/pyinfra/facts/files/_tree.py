"""Everything below a directory, in one answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

from ._stat import parse_mode

# No path that find prints holds two slashes in a row.
_GNU_FORMAT = "'%A %u %g %s %U/%G/%n//'"
_BSD_FORMAT = "'%Sp %u %g %z %Su/%Sg/%N//'"
_ENTRY = re.compile(
    r"(?P<type>.)(?P<mode>[-rwxsStT]{9})\S* (?P<uid>\d+) (?P<gid>\d+) (?P<size>\d+) "
    r"(?P<user>[^/]*)/(?P<group>[^/]*)/\.(?:/(?P<path>.+))?",
    re.DOTALL,
)
_SUM = re.compile(r"([0-9a-fA-F]{40}) [ *]?\./(.*)")
_NUMBERED_SUM = re.compile(r"(\d+) \\?([0-9a-fA-F]{40})\b.*")
# Whether each link leads where it should; its name, then its target.
_LINKS = 'l() { [ -L "$1" ] && [ "$(readlink "$1"; echo x)" = "$2${n}x" ] && echo 1 || echo 0; };'
# Of what is no file no checksum is asked: reading a pipe has no end.
_SUMS = (
    'if command -v sha1sum > /dev/null; then h() { sha1sum "$@"; }; '
    'elif command -v shasum > /dev/null; then h() { shasum "$@"; }; else h() { sha1 -r "$@"; }; fi; '
    's() { c=$#; for f do [ -L "$f" ] || [ ! -f "$f" ] || set -- "$@" "$f"; done; shift "$c"; '
    '[ $# = 0 ] || h "$@" 2> /dev/null; }; '
    'o() { [ -L "$2" ] || [ ! -f "$2" ] || { printf "%s " "$1"; h < "$2" || echo; }; };'
)
# As many paths as make one command line, which Linux limits to two megabytes.
_CHUNK = 200


@dataclass
class TreeEntry:
    """What is known of a path below a directory.

    Attributes:
        type: as `ls` writes it: `-` for a file, `d` for a directory, `l` for a symbolic link.
        mode: the permissions, as an int that reads as their octal digits.
        user: the owner's name.
        group: the group's name.
        uid: the owner's number.
        gid: the group's number.
        size: in bytes.
        sha1: the checksum of a file, where it was asked for and the host could tell.
        leads_there: whether a symbolic link has the target that it was asked for.
    """

    type: str
    mode: int
    user: str
    group: str
    uid: int
    gid: int
    size: int
    sha1: str | None = None
    leads_there: bool = False


class Tree(FactBase["dict[str, TreeEntry] | None"]):
    """Everything below a directory, from `find`, `stat`, `readlink` and one of `sha1sum`, `shasum` and `sha1`.

    The keys are paths below it, and `""` for itself. None where there is no directory. Symbolic links are not
    followed, but for the directory itself.

    Args:
        path: the directory.
        files: paths below it of files whose checksums are wanted.
        links: paths below it of symbolic links, and the target that each should have.

    **Example:**

    ```python
    host.get_fact(Tree, path="/srv/www")
    ```
    """

    side_effect_free = True
    _files: Sequence[str] = ()
    _links: Sequence[str] = ()

    @override
    def command(
        self, path: str, files: list[str] | None = None, links: dict[str, str] | None = None
    ) -> StringCommand:
        wanted = links or {}
        self._files, self._links = files or [], list(wanted)
        found = StringCommand(
            *("find . -exec stat -c", _GNU_FORMAT, "{} + 2> /dev/null"),
            *("|| find . -exec stat -f", _BSD_FORMAT, "{} + 2> /dev/null;"),
        )
        followed = [
            StringCommand("l", _below(link), QuoteString(target), ";") for link, target in wanted.items()
        ]
        word = quote_path(path)
        return StringCommand(
            *("if [ -d", word, "]; then cd", word, "&& {", found),
            *("echo //links; n='\n';", _LINKS, *followed),
            *("echo //sums;", _SUMS, *_summed(self._files), "true; }; fi"),
        )

    @override
    def process(self, output: list[str]) -> dict[str, TreeEntry] | None:
        listed, _, rest = "\n".join(output).partition("//links\n")
        followed, _, sums = f"{rest}\n".partition("//sums\n")
        entries = dict(_read_entries(listed))
        if "" not in entries:
            return None
        for link, answer in zip(self._links, followed.split(), strict=False):
            if link in entries:
                entries[link].leads_there = answer == "1"
        for path, found in _read_sums(sums, self._files):
            if path in entries:
                entries[path].sha1 = found.lower()
        return entries


def _below(path: str) -> QuoteString:
    return QuoteString(f"./{path}")


def _is_odd(path: str) -> bool:
    """Tell whether tools print a name in ways of their own."""
    return "\n" in path or "\\" in path


def _summed(files: Sequence[str]) -> Iterator[StringCommand]:
    plain = (path for path in files if not _is_odd(path))
    while chunk := list(islice(plain, _CHUNK)):
        yield StringCommand("s", *(_below(path) for path in chunk), ";")
    for number, path in enumerate(files):
        if _is_odd(path):
            yield StringCommand("o", number, _below(path), ";")


def _read_entries(text: str) -> Iterator[tuple[str, TreeEntry]]:
    for record in text.split("//\n"):
        match = _ENTRY.fullmatch(record)
        if match is not None:
            uid, gid, size = (int(match[name]) for name in ("uid", "gid", "size"))
            entry = TreeEntry(
                match["type"], parse_mode(match["mode"]), match["user"], match["group"], uid, gid, size
            )
            yield match["path"] or "", entry


def _read_sums(text: str, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        if match := _SUM.fullmatch(line):
            yield match[2], match[1]
        elif match := _NUMBERED_SUM.fullmatch(line):
            yield files[int(match[1])], match[2]
