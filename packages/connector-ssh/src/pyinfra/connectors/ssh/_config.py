"""What OpenSSH's client configuration says about a host.

The format is that of ssh_config(5): `Host` and `Match` blocks, `Include`, and the first value obtained for a key wins.
"""

from __future__ import annotations

import getpass
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from glob import glob
from pathlib import Path

from pyinfra.api.exceptions import ConnectError

from ._tokens import Tokens, expand

# Keys of which every value counts, in the order in which they come; of others the first.
_LISTS = {"identityfile", "certificatefile"}
# Keys whose value is the rest of the line as it stands: for a shell, or several words.
_WHOLE = {"proxycommand", "userknownhostsfile", "globalknownhostsfile"}
_DEEPEST_INCLUDE = 16


@dataclass
class HostOptions:
    """The options for one host.

    Attributes:
        values: by lower-case keyword; tokens are expanded.
        lists: those that may be given several times.
    """

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """Give an option, or None where it is not set."""
        return self.values.get(key)

    def flag(self, key: str) -> bool | None:
        """Give a yes-or-no option, or None where it is not set."""
        value = self.values.get(key)
        return None if value is None else value.lower() in ("yes", "true")

    def number(self, key: str) -> int | None:
        """Give a number, or None where it is not set or is `none`.

        Raises:
            ConnectError: it is no number.
        """
        value = self.values.get(key)
        if value is None or value.lower() == "none":
            return None
        if not value.isdecimal():
            raise ConnectError(f"ssh_config: {key} must be a number, not {value!r}")
        return int(value)

    def words(self, key: str) -> list[str]:
        """Give the words of an option that takes several; none for `none`."""
        value = self.values.get(key)
        found = split_words(value, key) if value else []
        return [] if [word.lower() for word in found] == ["none"] else found


def read_options(
    path: str | None, host: str, user: str | None = None, port: int | None = None
) -> HostOptions:
    """Read the options for a host.

    Args:
        path: the configuration file; None for `~/.ssh/config`, which need not exist.
        host: the name as the inventory or a ProxyJump has it.
        user: a user that stands above the file's, for `Match user` and tokens.
        port: a port that stands above the file's, for tokens.

    Returns:
        The options. `hostname` is always set.

    Raises:
        ConnectError: the file is missing where it was named, can't be read, or a line of it makes no sense.
    """
    file = Path(path).expanduser() if path else Path("~/.ssh/config").expanduser()
    reader = _Reader(host, user, port)
    if path or file.exists():
        reader.read(file)
        if reader.wants_final:
            reader.start_final()
            reader.read(file)
    return reader.expanded()


class _Reader:
    """One walk through the files for one host."""

    def __init__(self, host: str, user: str | None, port: int | None) -> None:
        self.options = HostOptions()
        self.host = host
        self.final = False
        self.wants_final = False
        if user:
            self.options.values["user"] = user
        if port:
            self.options.values["port"] = str(port)

    def start_final(self) -> None:
        """Begin the second walk, for `Match final`; by then ssh has settled which name to connect to."""
        self.final = True
        self.options.values["hostname"] = self._tokens().host

    def read(self, file: Path, depth: int = 0) -> None:
        """Take what applies from a file."""
        if depth > _DEEPEST_INCLUDE:
            raise ConnectError(f"{file}: Include is nested more than {_DEEPEST_INCLUDE} deep")
        active = True
        for number, key, value in _lines(file):
            where = f"{file}:{number}"
            if key == "host":
                active = match_patterns(split_words(value, where), self.host)
            elif key == "match":
                active = self._match(split_words(value, where), where)
            elif key == "include":
                if active:
                    for included in _included(split_words(value, where)):
                        self.read(included, depth + 1)
            elif active:
                self._take(key, value, where)

    def _take(self, key: str, value: str, where: str) -> None:
        if key not in _WHOLE:
            words = split_words(value, where)
            value = words[0] if words else ""
        if key in _LISTS:
            known = self.options.lists.setdefault(key, [])
            if value not in known:
                known.append(value)
        elif key in ("proxyjump", "proxycommand"):
            if not {"proxyjump", "proxycommand"} & self.options.values.keys():
                self.options.values[key] = value
        else:
            self.options.values.setdefault(key, value)

    def _match(self, words: list[str], where: str) -> bool:
        if not words:
            raise ConnectError(f"{where}: Match says nothing to match")
        result = True
        criteria = iter(words)
        for word in criteria:
            negated = word.startswith("!")
            name, has_value, value = word.lstrip("!").partition("=")
            name = name.lower()
            if name not in ("all", "final", "canonical") and not has_value:
                value = next(criteria, "")
                if not value:
                    raise ConnectError(f"{where}: Match {name} needs a value")
            # A command is run only where all that stands before it matches, as ssh does.
            if name == "exec" and not result:
                continue
            result = (self._criterion(name, value, where) != negated) and result
        return result

    def _criterion(self, name: str, value: str, where: str) -> bool:
        if name in ("final", "canonical"):
            self.wants_final = self.wants_final or name == "final"
            return self.final and name == "final"
        local_user = getpass.getuser()
        tests: dict[str, Callable[[], bool]] = {
            "all": lambda: True,
            "host": lambda: match_list(value, self._tokens().host),
            "originalhost": lambda: match_list(value, self.host),
            "user": lambda: match_list(value, self.options.get("user") or local_user),
            "localuser": lambda: match_list(value, local_user),
            "exec": lambda: _succeeds(expand(value, self._tokens(), "Match exec")),
            "tagged": lambda: match_list(value, self.options.get("tag") or ""),
            # A connection is made before any command is known, and all of them are of this type.
            "sessiontype": lambda: match_list(value, "exec"),
            "command": lambda: match_list(value, ""),
        }
        if name not in tests:
            raise ConnectError(
                f"{where}: Match {name} is not supported (known: {', '.join(sorted(tests))}, final)"
            )
        return tests[name]()

    def _tokens(self) -> Tokens:
        values = self.options.values
        hostname = values.get("hostname", self.host).replace("%h", self.host).replace("%%", "%")
        return Tokens(
            host=hostname,
            original=self.host,
            port=values.get("port", "22"),
            user=values.get("user", ""),
            jump=values.get("proxyjump", ""),
            alias=values.get("hostkeyalias") or hostname,
        )

    def expanded(self) -> HostOptions:
        """Give the options, tokens expanded."""
        tokens = self._tokens()
        values = dict(self.options.values)
        values["hostname"] = tokens.host
        for key in ("proxycommand", "proxyjump"):
            if values.get(key, "").lower() == "none":
                del values[key]
            elif key in values:
                values[key] = expand(values[key], tokens, key)
        for key in ("userknownhostsfile", "globalknownhostsfile", "identityagent"):
            if key in values:
                values[key] = expand(values[key], tokens, key)
        lists = {
            key: [expand(item, tokens, key) for item in items if item.lower() != "none"]
            for key, items in self.options.lists.items()
        }
        return HostOptions(values, lists)


def _lines(file: Path) -> list[tuple[int, str, str]]:
    try:
        stat = file.stat()
        return _parsed(file, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise ConnectError(f"the ssh config file {file} can't be read: {error.strerror}") from error


# A run asks once a host: a thousand hosts must not parse one file a thousand times.
@lru_cache(maxsize=64)
def _parsed(file: Path, _changed: int, _size: int) -> list[tuple[int, str, str]]:
    found = []
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        parts = re.fullmatch(r'"?([A-Za-z0-9]+)"?(?:\s*=\s*|\s+)(.*)', stripped)
        if parts is None:
            raise ConnectError(f"{file}:{number}: {stripped.split()[0]!r} has no value")
        found.append((number, parts[1].lower(), parts[2]))
    return found


def _included(patterns: list[str]) -> Iterator[Path]:
    for pattern in patterns:
        path = Path(pattern).expanduser()
        full = path if path.is_absolute() else Path("~/.ssh").expanduser() / path
        for found in sorted(glob(str(full))):  # noqa: PTH207 - Path.glob takes no absolute pattern
            yield Path(found)


def _succeeds(command: str) -> bool:
    done = subprocess.run(  # noqa: S602 - the user's own command from the user's own file
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def split_words(text: str, where: str) -> list[str]:
    """Split a value into its words.

    Args:
        text: the value; words with spaces are quoted, a word that starts with `#` starts a comment.
        where: what an error names.

    Returns:
        The words.

    Raises:
        ConnectError: a quote is not closed.
    """
    words: list[str] = []
    rest = text.strip()
    while rest and not rest.startswith("#"):
        word = re.match(r"""(?:"(?:\\["\\]|[^"])*"|'(?:\\['\\]|[^'])*'|\\[\s"'\\]|[^\s"'])+""", rest)
        if word is None:
            raise ConnectError(f"{where}: a quote is not closed in {text!r}")
        words.append(_unquoted(word[0]))
        rest = rest[word.end() :].lstrip()
    return words


def _unquoted(word: str) -> str:
    def plain(part: re.Match[str]) -> str:
        quote = part[0][0]
        if quote in "\"'":
            return re.sub(rf"\\([\\{quote}])", r"\1", part[0][1:-1])
        return part[0][1:]

    return re.sub(r"""("(?:\\["\\]|[^"])*"|'(?:\\['\\]|[^'])*'|\\[\s"'\\])""", plain, word)


def match_list(patterns: str, text: str) -> bool:
    """Tell whether a text matches a comma-separated list of patterns; see `match_patterns`."""
    return match_patterns(patterns.split(","), text)


def match_patterns(patterns: list[str], text: str) -> bool:
    """Tell whether a text matches one of some patterns and none of those with a `!` before them.

    Args:
        patterns: with the wildcards `*` and `?`.
        text: the text.

    Returns:
        Whether it does.
    """
    matched = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        if _pattern(pattern.lstrip("!")).fullmatch(text):
            if negated:
                return False
            matched = True
    return matched


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    wild = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(wild, re.DOTALL)
