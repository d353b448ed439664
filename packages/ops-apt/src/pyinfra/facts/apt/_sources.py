"""Where apt gets packages from: `sources.list(5)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

_MARKER = "##PYINFRA_FILE "
_TYPES = ("deb", "deb-src")
_LINE = re.compile(r"\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S.*)$")
# A part of a line; brackets keep spaces together, as in "cdrom:[Debian 12]/".
_PART = re.compile(r"(?:\[[^\]]*\]|[^\s\[])+")
_FILE_NAME = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]*")
_FALSE = frozenset({"no", "false", "without", "off", "disable", "0"})
_OPTION_FIELDS = (("architectures", "arch"), ("signed-by", "signed-by"), ("trusted", "trusted"))


class AptSource(dict[str, Any]):
    """A source of packages.

    Its items are `type` (`deb` or `deb-src`), `url`, `distribution`, `components` (a list) and `options`, of which
    each is a str, or a list where there are several.

    Args:
        path: the file that names it; None where that is not known.
        line: the line that names it, as it is written; None where that is not known, or it is no one-line source.
        **items: the items.
    """

    def __init__(self, path: str | None = None, line: str | None = None, **items: Any) -> None:
        super().__init__(items)
        self.path = path
        self.line = line


def parse_apt_repo(line: str, path: str | None = None) -> AptSource | None:
    """Parse a line of a `sources.list`.

    Args:
        line: such as `deb [arch=amd64] http://host/debian bookworm main`.
        path: the file that it is in.

    Returns:
        The source; None where the line names none.
    """
    found = _LINE.match(line.split("#", 1)[0].rstrip())
    url, distribution, *components = [*_PART.findall(found.group(3) if found else ""), "", ""]
    if found is None or not distribution:
        return None
    return AptSource(
        path,
        line,
        type=found.group(1),
        url=url,
        distribution=distribution,
        components=[component for component in components if component],
        options=_parse_options(found.group(2) or ""),
    )


def _parse_options(text: str) -> dict[str, str | list[str]]:
    options: dict[str, str | list[str]] = {}
    for option in text.split():
        name, equals, value = option.partition("=")
        if equals:
            options[name] = value.split(",") if "," in value else value
    return options


def parse_deb822(lines: list[str], path: str | None = None) -> list[AptSource]:
    """Parse a `.sources` file.

    Args:
        lines: its lines.
        path: its path.

    Returns:
        A source for each of its types, URIs and suites; none of a stanza that is switched off or lacks one of these.
    """
    return [source for stanza in _stanzas(lines) for source in _sources_of(stanza, path)]


def _stanzas(lines: list[str]) -> Iterator[dict[str, str]]:
    """Give the fields of each stanza, their names in lower case."""
    fields: dict[str, str] = {}
    name = ""
    for line in [*lines, ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t":
            if name:
                fields[name] = f"{fields[name]}\n{line.strip()}".lstrip("\n")
        elif ":" in line:
            name, value = (part.strip() for part in line.split(":", 1))
            name = name.lower()
            fields[name] = value


def _sources_of(fields: dict[str, str], path: str | None) -> Iterator[AptSource]:
    if fields.get("enabled", "yes").strip().lower() in _FALSE:
        return
    lists = [fields.get(name, "").split() for name in ("types", "uris", "suites")]
    options = {option: _option(fields[field]) for field, option in _OPTION_FIELDS if fields.get(field)}
    for kind, url, suite in product(*lists):
        if kind in _TYPES:
            yield AptSource(
                path,
                type=kind,
                url=url,
                distribution=suite,
                components=fields.get("components", "").split(),
                options=dict(options),
            )


def _option(value: str) -> str | list[str]:
    if value.startswith("-----BEGIN"):
        return "\n".join("" if line == "." else line for line in value.split("\n"))
    values = value.split()
    return values if len(values) > 1 else value


def is_read_by_apt(name: str) -> bool:
    """Tell whether apt reads a file of this name: it passes over those with other characters than these."""
    return bool(_FILE_NAME.fullmatch(name))


class AptSources(FactBase[list[AptSource]]):
    """The sources that apt gets packages from, in the order of their files.

    Parses `/etc/apt/sources.list` and the `.list` and `.sources` files of `/etc/apt/sources.list.d`. Sources that are
    switched off or commented out are left out, and so are files whose name apt does not read. Each source also has the
    attributes `path`, the file that names it, and `line`, the line there.

    ```python
    [
        {
            "type": "deb",
            "url": "http://deb.debian.org/debian",
            "distribution": "bookworm",
            "components": ["main"],
            "options": {"signed-by": "/usr/share/keyrings/debian-archive-keyring.gpg"},
        },
    ]
    ```
    """

    side_effect_free = True
    command = (
        "sh -c 'for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; "
        f'do [ -e "$f" ] || continue; echo "{_MARKER}$f"; cat "$f"; echo; done\''
    )

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "apt"

    @override
    @staticmethod
    def default() -> list[AptSource]:
        return []

    @override
    def process(self, output: list[str]) -> list[AptSource]:
        return [source for path, lines in _files(output) for source in _parse_file(path, lines)]


def _files(output: list[str]) -> Iterator[tuple[str | None, list[str]]]:
    """Give each file's path and lines."""
    path: str | None = None
    lines: list[str] = []
    for line in output:
        if line.startswith(_MARKER):
            yield path, lines
            path, lines = line[len(_MARKER) :], []
        else:
            lines.append(line)
    yield path, lines


def _parse_file(path: str | None, lines: list[str]) -> list[AptSource]:
    if path is not None and not is_read_by_apt(path.rsplit("/", 1)[-1]):
        return []
    if path is not None and path.endswith(".sources"):
        return parse_deb822(lines, path)
    parsed = (parse_apt_repo(line, path) for line in lines)
    return [source for source in parsed if source is not None]
