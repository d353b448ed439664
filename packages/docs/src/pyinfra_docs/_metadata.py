"""Which plugins a project has: from `pyinfra-metadata.toml`, or else from its `pyproject.toml`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ._errors import DocsError
from ._files import read_text

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TYPES = ("operation", "fact", "connector", "deploy")
_GROUPS = {
    "pyinfra.operations": "operation",
    "pyinfra.facts": "fact",
    "pyinfra.connectors": "connector",
    "pyinfra.plugins": "hook",
}
_ORDER = (*TYPES, "hook")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MODULE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_KEYS = {"name", "type", "path", "tags"}


@dataclass(frozen=True)
class Project:
    """What a distribution says of itself.

    Attributes:
        folder: where its `pyproject.toml` is.
        name: the distribution's name.
        version: its version.
        description: one line.
    """

    folder: Path
    name: str
    version: str
    description: str


@dataclass(frozen=True)
class Plugin:
    """One plugin of a project.

    Attributes:
        name: the name it provides, such as `apt`.
        type: `operation`, `fact`, `connector`, `deploy` or `hook`.
        path: its folder or file.
        module: its dotted name.
        member: what it is within the module, for a connector or an object with hooks; empty for the module itself.
        tags: its tags.
        project: its distribution.
    """

    name: str
    type: str
    path: Path
    module: str
    member: str
    tags: tuple[str, ...]
    project: Project

    @property
    def source(self) -> Path:
        """The folder that its module's name starts from."""
        return self.path.parents[self.module.count(".")]


def read_plugins(folder: Path) -> list[Plugin]:
    """Read which plugins a project has.

    Args:
        folder: the project's folder.

    Returns:
        Its plugins, by type and name.

    Raises:
        DocsError: a file can't be read, or says something that can't be; names the file and the line.
    """
    listed = folder / "pyinfra-metadata.toml"
    found = list(_from_metadata(listed) if listed.is_file() else _from_project(folder))
    if not found:
        raise DocsError(
            f"{folder} has no plugins: neither pyinfra-metadata.toml nor entry points in pyproject.toml"
        )
    return sorted(found, key=lambda plugin: (_ORDER.index(plugin.type), plugin.name))


def project_name(folder: Path) -> str:
    """Give the name of a project: its distribution's, or its folder's where it has none."""
    file = folder / "pyproject.toml"
    return str(_project_table(file).get("name", folder.name)) if file.is_file() else folder.name


def _load(file: Path) -> tuple[dict[str, Any], str]:
    text = read_text(file)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = place[1] if place else len(text.splitlines()) or 1
        raise DocsError(f"{file}:{line}: this is no TOML: {error}") from error


def _table(file: Path, text: str, table: Any, *names: str) -> Mapping[str, Any]:
    """Give a table within a table; empty where it is not there."""
    for depth, name in enumerate(names, 1):
        table = table.get(name, {})
        if not isinstance(table, Mapping):
            raise DocsError(f"{file}:{_line_with(text, name)}: {'.'.join(names[:depth])} must be a table")
    return cast("Mapping[str, Any]", table)


def _project_table(file: Path) -> Mapping[str, Any]:
    data, text = _load(file)
    return _table(file, text, data, "project")


def _line_with(text: str, word: str) -> int:
    """Give the first line that has a word; 1 where none has."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    found = (number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line))
    return next(found, 1)


def _from_metadata(file: Path) -> Iterator[Plugin]:
    data, text = _load(file)
    entries = _table(file, text, data, "pyinfra", "plugins")
    seen: dict[tuple[str, str], str] = {}
    for key, entry in entries.items():
        line = _line_of(text, key)
        _check_entry(file, text, line, key, entry)
        first = seen.setdefault((entry["type"], entry["name"]), key)
        if first != key:
            raise DocsError(
                f"{file}:{line}: {key} and {first} are both the {entry['type']} plugin {entry['name']}"
            )
        path = (file.parent / entry["path"]).resolve()
        project = _project_of(path, file.parent)
        module = _module_of(path, project)
        member = _member_of(project, entry["type"], entry["name"])
        yield Plugin(entry["name"], entry["type"], path, module, member, tuple(entry["tags"]), project)


def _line_of(text: str, key: str) -> int:
    written = rf"[\"']?{re.escape(key)}[\"']?\s*"
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(rf"plugins\.{written}\]|^\s*{written}=", line):
            return number
    return 1


def _line_within(text: str, start: int, key: str) -> int:
    """Give the line of a key of the table that begins in a line; that line itself where the key has none."""
    for number, line in enumerate(text.splitlines()[start:], start + 1):
        if line.lstrip().startswith("["):
            break
        if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return start


def _check_entry(file: Path, text: str, line: int, key: str, entry: Any) -> None:
    if not isinstance(entry, Mapping):
        raise DocsError(f"{file}:{line}: {key} must be a table with {', '.join(sorted(_KEYS))}")
    problems = [
        *((missing, f"{missing} is missing") for missing in sorted(_KEYS - set(entry))),
        *((unknown, f"{unknown} is no key of a plugin") for unknown in sorted(set(entry) - _KEYS)),
    ]
    if not problems:
        problems = list(_problems(entry, file.parent))
    if problems:
        told = "; ".join(problem for _, problem in problems)
        raise DocsError(f"{file}:{_line_within(text, line, problems[0][0])}: {key}: {told}")


def _problems(entry: Mapping[str, Any], root: Path) -> Iterator[tuple[str, str]]:
    """Give what is wrong with the values of a plugin's keys, each with its key."""
    if entry["type"] not in TYPES:
        yield "type", f"type must be one of {', '.join(TYPES)}, not {entry['type']!r}"
    if not (isinstance(entry["name"], str) and _MODULE_NAME.fullmatch(entry["name"])):
        yield "name", f"name must be a module's name, not {entry['name']!r}"
    if not isinstance(entry["path"], str) or not (root / entry["path"]).exists():
        yield "path", f"path: there is no {entry['path']}"
    tags = entry["tags"] if isinstance(entry["tags"], list) else [entry["tags"]]
    for tag in tags:
        if not (isinstance(tag, str) and _SLUG.fullmatch(tag)):
            told = f"the tag {tag!r} is no slug: write lower-case words with dashes, such as package-manager"
            yield "tags", told


def _project_of(path: Path, root: Path) -> Project:
    for folder in path.parents:
        if (folder / "pyproject.toml").is_file():
            return _read_project(folder)
        if folder == root:
            break
    raise DocsError(f"{path} belongs to no distribution: there is no pyproject.toml above it")


def _read_project(folder: Path) -> Project:
    table = _project_table(folder / "pyproject.toml")
    name, version, description = (
        str(table.get(key, other))
        for key, other in (("name", folder.name), ("version", ""), ("description", ""))
    )
    return Project(folder, name, version, description)


def _member_of(project: Project, kind: str, name: str) -> str:
    """Give what the entry point of a plugin names within its module."""
    group = next((group for group, known in _GROUPS.items() if known == kind), "")
    file = project.folder / "pyproject.toml"
    data, text = _load(file)
    target = str(_table(file, text, data, "project", "entry-points", group).get(name, ""))
    return target.partition(":")[2].strip()


def _module_of(path: Path, project: Project) -> str:
    inside = path.relative_to(project.folder).with_suffix("").parts
    return ".".join(inside[1:] if inside[0] == "src" else inside)


def _from_project(folder: Path) -> Iterator[Plugin]:
    file = folder / "pyproject.toml"
    if not file.is_file():
        return
    data, text = _load(file)
    project = _read_project(folder)
    keywords = _table(file, text, data, "project").get("keywords", [])
    words = keywords if isinstance(keywords, list) else []
    tags = tuple(word for word in words if isinstance(word, str) and _SLUG.fullmatch(word))
    for group, kind in _GROUPS.items():
        for name, target in _table(file, text, data, "project", "entry-points", group).items():
            place = f"{file}:{_line_of_entry(text, group, name)}: the entry point {name} of {group}"
            if not isinstance(target, str):
                raise DocsError(f"{place} must be text, such as acme.{name}")
            module, _, member = (part.strip() for part in target.partition(":"))
            path = _path_of(folder, module)
            if path is None:
                raise DocsError(f"{place}: there is no module {module} in {folder / 'src'} or {folder}")
            yield Plugin(name, kind, path, module, member, tags, project)


def _line_of_entry(text: str, group: str, name: str) -> int:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if group in line), 0)
    pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
    return next((n for n, line in enumerate(lines, 1) if n > start and pattern.match(line)), start + 1)


def _path_of(folder: Path, module: str) -> Path | None:
    for base in (folder / "src", folder):
        path = base.joinpath(*module.split("."))
        if path.is_dir():
            return path
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return None
