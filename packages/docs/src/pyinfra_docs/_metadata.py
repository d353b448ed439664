"""Which plugins a project has: from `pyinfra-metadata.toml`, or else from its `pyproject.toml`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._errors import DocsError

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TYPES = ("operation", "fact", "connector", "deploy")
_GROUPS = {"pyinfra.operations": "operation", "pyinfra.facts": "fact", "pyinfra.connectors": "connector"}
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
        type: `operation`, `fact`, `connector` or `deploy`.
        path: its folder or file.
        module: its dotted name.
        member: what it is within the module, for a connector; empty for the module itself.
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
    return sorted(found, key=lambda plugin: (TYPES.index(plugin.type), plugin.name))


def _load(file: Path) -> tuple[dict[str, Any], str]:
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text), text
    except OSError as error:
        raise DocsError(f"{file} can't be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise DocsError(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise DocsError(f"{file} is not UTF-8: {error}") from error


def _from_metadata(file: Path) -> Iterator[Plugin]:
    data, text = _load(file)
    entries = data.get("pyinfra", {}).get("plugins", {})
    seen: dict[tuple[str, str], str] = {}
    for key, entry in entries.items():
        place = f"{file}:{_line_of(text, key)}"
        _check_entry(place, key, entry, file.parent)
        first = seen.setdefault((entry["type"], entry["name"]), key)
        if first != key:
            raise DocsError(f"{place}: {key} and {first} are both the {entry['type']} plugin {entry['name']}")
        path = (file.parent / entry["path"]).resolve()
        project = _project_of(path, file.parent)
        module = _module_of(path, project)
        member = _member_of(project, entry["type"], entry["name"])
        yield Plugin(entry["name"], entry["type"], path, module, member, tuple(entry["tags"]), project)


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(rf"plugins\.[\"']?{re.escape(key)}[\"']?\s*\]", line):
            return number
    return 1


def _check_entry(place: str, key: str, entry: Any, root: Path) -> None:
    if not isinstance(entry, Mapping):
        raise DocsError(f"{place}: {key} must be a table with {', '.join(sorted(_KEYS))}")
    problems = [
        *(f"{missing} is missing" for missing in sorted(_KEYS - set(entry))),
        *(f"{unknown} is no key of a plugin" for unknown in sorted(set(entry) - _KEYS)),
    ]
    if not problems:
        problems = list(_problems(entry, root))
    if problems:
        raise DocsError(f"{place}: {key}: {'; '.join(problems)}")


def _problems(entry: Mapping[str, Any], root: Path) -> Iterator[str]:
    if entry["type"] not in TYPES:
        yield f"type must be one of {', '.join(TYPES)}, not {entry['type']!r}"
    if not (isinstance(entry["name"], str) and _MODULE_NAME.fullmatch(entry["name"])):
        yield f"name must be a module's name, not {entry['name']!r}"
    if not isinstance(entry["path"], str) or not (root / entry["path"]).exists():
        yield f"path: there is no {entry['path']}"
    tags = entry["tags"] if isinstance(entry["tags"], list) else [entry["tags"]]
    for tag in tags:
        if not (isinstance(tag, str) and _SLUG.fullmatch(tag)):
            yield f"the tag {tag!r} is no slug: write lower-case words with dashes, such as package-manager"


def _project_of(path: Path, root: Path) -> Project:
    for folder in path.parents:
        if (folder / "pyproject.toml").is_file():
            return _read_project(folder)
        if folder == root:
            break
    raise DocsError(f"{path} belongs to no distribution: there is no pyproject.toml above it")


def _read_project(folder: Path) -> Project:
    table = _load(folder / "pyproject.toml")[0].get("project", {})
    return Project(
        folder, table.get("name", folder.name), table.get("version", ""), table.get("description", "")
    )


def _member_of(project: Project, kind: str, name: str) -> str:
    """Give what the entry point of a plugin names within its module."""
    group = next((group for group, known in _GROUPS.items() if known == kind), "")
    table = _load(project.folder / "pyproject.toml")[0].get("project", {})
    target: str = table.get("entry-points", {}).get(group, {}).get(name, "")
    return target.partition(":")[2].strip()


def _module_of(path: Path, project: Project) -> str:
    inside = path.relative_to(project.folder).with_suffix("").parts
    return ".".join(inside[1:] if inside[0] == "src" else inside)


def _from_project(folder: Path) -> Iterator[Plugin]:
    file = folder / "pyproject.toml"
    table = _load(file)[0].get("project", {})
    project = _read_project(folder.resolve())
    tags = tuple(word for word in table.get("keywords", []) if _SLUG.fullmatch(word))
    for group, kind in _GROUPS.items():
        for name, target in table.get("entry-points", {}).get(group, {}).items():
            module, _, member = target.partition(":")
            path = _path_of(folder.resolve(), module.strip())
            if path is None:
                raise DocsError(f"{file}: the entry point {name} of {group}: there is no module {module}")
            yield Plugin(name, kind, path, module.strip(), member.strip(), tags, project)


def _path_of(folder: Path, module: str) -> Path | None:
    for base in (folder / "src", folder):
        path = base.joinpath(*module.split("."))
        if path.is_dir():
            return path
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return None
