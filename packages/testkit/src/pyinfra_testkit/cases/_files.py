"""Finding and reading case files."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from pathlib import Path

SUFFIXES = (".json", ".yaml", ".yml")


class CaseError(ValueError):
    """A case file, or a folder of them, is not what it must be; the message begins with its path."""

    __module__ = "pyinfra_testkit.cases"


class CaseFailedError(AssertionError):
    """The code under test did not do what its case says; the message begins with the case's path."""

    __module__ = "pyinfra_testkit.cases"


@dataclass(frozen=True)
class Case:
    """A case file's content.

    Attributes:
        path: The file.
        data: What it holds.
    """

    path: Path
    data: dict[str, Any]

    def fail(self, message: str) -> CaseFailedError:
        """Make the error for code that does not do what the case says."""
        return CaseFailedError(f"{self.path}: {message}")


def find_cases(folder: Path) -> list[Path]:
    """Find the case files of a folder that has one folder for each fact or operation.

    Args:
        folder: A folder with folders such as `files.put`, each with case files.

    Returns:
        The files, sorted.

    Raises:
        CaseError: The folder holds no case, or something that is none.
    """
    found = sorted(path for path in folder.glob("*/*") if not path.name.startswith("."))
    if not found:
        raise CaseError(f"{folder}: no case files in it (it wants FOLDER/module.name/case.yaml)")
    for path in found:
        if path.suffix not in SUFFIXES:
            raise CaseError(f"{path}: not a case file (those end in {', '.join(SUFFIXES)})")
    return found


def read_case(path: Path, keys: Iterable[str]) -> Case:
    """Read a case file.

    Args:
        path: The file.
        keys: The keys that it may have.

    Returns:
        The case.

    Raises:
        CaseError: It can't be read, or is no mapping with these keys.
    """
    try:
        data = _parse(path.read_text(encoding="utf-8"), path.suffix)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{path}: {error}") from error
    if not isinstance(data, dict):
        raise CaseError(f"{path}: a case is a mapping, not {type(data).__name__}")
    allowed = list(keys)
    for key in data:
        if key not in allowed:
            near = difflib.get_close_matches(str(key), allowed, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"a case here may have {', '.join(allowed)}"
            raise CaseError(f"{path}: unknown key {key!r}: {hint}")
    return Case(path, data)


def find_target(path: Path, package: str) -> Any:
    """Import the fact or operation that a case is about.

    Args:
        path: The case file; its folder's name is `module.name`.
        package: The package that the module is in.

    Returns:
        The fact's class or the operation.

    Raises:
        CaseError: There is no such thing.
    """
    module, _, name = path.parent.name.rpartition(".")
    if not module:
        raise CaseError(f"{path.parent}: a folder of cases is named module.name, such as files.put")
    try:
        return getattr(import_module(f"{package}.{module}"), name)
    except AttributeError:
        raise CaseError(f"{path.parent}: {package}.{module} has no {name}") from None
    except ModuleNotFoundError as error:
        raise CaseError(f"{path.parent}: {error}") from error


def _parse(text: str, suffix: str) -> Any:
    if suffix == ".json":
        try:
            return json.loads(text, object_pairs_hook=_unique)
        except json.JSONDecodeError as error:
            # Files with comments or a comma too many are about; as YAML most of them can be read.
            try:
                return yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader
            except yaml.YAMLError:
                raise error from None
    return yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return made


class _Loader(yaml.SafeLoader):
    """YAML without its silent choice among equal keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if key != "<<" and keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is there twice", node.start_mark
                )
        return super().construct_mapping(node, deep)
