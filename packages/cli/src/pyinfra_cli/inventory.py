"""Inventories: from what the command line names to hosts, groups and data."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from pyinfra.api import HiddenValue, Inventory
from pyinfra.api.exceptions import InventoryError

from .exceptions import CliError
from .util import exec_file

if TYPE_CHECKING:
    from pyinfra.api import Host

# The types that data of hosts and groups may have; users may set this.
ALLOWED_DATA_TYPES: Any = (
    str,
    bytes,
    int,
    float,
    bool,
    type(None),
    list,
    tuple,
    dict,
    set,
    frozenset,
    date,
    datetime,
    PurePath,
    HiddenValue,
    types.FunctionType,
)

Groups = dict[str, tuple[list[Any], dict[str, Any]]]


def make_inventory(
    written: str,
    override_data: Mapping[str, Any],
    group_data_paths: Iterable[str] = (),
    cwd: Path | None = None,
) -> Inventory:
    """Make the inventory that the command line names.

    Args:
        written: a Python file, `module:function`, `SOURCE:ARGUMENT` of a plugin, or hosts separated by commas.
        override_data: data that stands above all other.
        group_data_paths: folders or files of further group data.
        cwd: where `group_data` is looked for, besides the inventory file's folder.

    Returns:
        The inventory.

    Raises:
        CliError: a file is missing or wrong; says where.
        InventoryError: a host or group can't be as it is written.
    """
    folders = [cwd or Path.cwd()]
    if written.endswith(".py") or Path(written).is_file():
        path = Path(written)
        if not path.exists():
            raise CliError(f"inventory {written}: no such file")
        groups = _groups_of_file(path)
        own_group = path.stem
        folders.insert(0, path.resolve().parent)
    else:
        groups = _groups_of_function(written)
        own_group = ""
    hosts = list(groups.pop("", ([], {}))[0])
    data = _group_data(folders, group_data_paths)
    return _build(hosts, groups, data, own_group, override_data)


def _build(
    hosts: list[Any],
    groups: Groups,
    data: dict[str, dict[str, Any]],
    own_group: str,
    override_data: Mapping[str, Any],
) -> Inventory:
    everyone: list[Any] = list(hosts)
    for members, _ in groups.values():
        everyone += [
            member if isinstance(member, str) else member[0] for member in members if _is_host(member)
        ]
    merged = {
        name: (members, {**own, **data.get(name, {})})
        for name, (members, own) in groups.items()
        if name != "all"
    }
    if own_group and own_group not in merged and own_group != "all":
        merged[own_group] = (list(dict.fromkeys(_names(everyone))), data.get(own_group, {}))
    if "all" in groups:
        everyone = list(groups["all"][0]) + everyone
    for_all = {**(groups["all"][1] if "all" in groups else {}), **data.get("all", {})}
    for name, own in data.items():
        if name not in merged and name != "all":
            merged[name] = ([], own)
    return Inventory((everyone, for_all), override_data=override_data, **merged)


def _is_host(member: Any) -> bool:
    return isinstance(member, str) or (isinstance(member, tuple | list) and len(member) > 0)


def _names(members: Iterable[Any]) -> list[Any]:
    return [member if isinstance(member, str) else member[0] for member in members]


def _groups_of_file(path: Path) -> Groups:
    sys.path.insert(0, str(path.resolve().parent))
    try:
        names = exec_file(path, "inventory")
    finally:
        sys.path.pop(0)
    groups: Groups = {}
    for name, value in names.items():
        if not name.startswith("_") and (group := _as_group(name, value, str(path))) is not None:
            groups[name] = group
    return groups


def _as_group(name: str, value: Any, where: str) -> tuple[list[Any], dict[str, Any]] | None:
    """Read what an inventory file set as a group; None for what is none (functions, modules, other values)."""
    data: Any = {}
    if isinstance(value, tuple) and len(value) == 2 and _is_members(value[0]):  # noqa: PLR2004 - hosts and data
        value, data = value
        data = data() if callable(data) else data
        if not isinstance(data, Mapping):
            raise InventoryError(
                f"{where}: the data of group {name} must be a dict, not {type(data).__name__}"
            )
    elif not _is_members(value):
        return None
    members = list(value() if callable(value) else value)
    for member in members:
        if isinstance(member, tuple | list) and len(member) > 1 and isinstance(member[1], Mapping):
            _check_data(member[1], f"{where}: host {member[0]}")
    _check_data(data, f"{where}: group {name}")
    return members, dict(data)


def _is_members(value: Any) -> bool:
    return isinstance(value, list | Generator) or (
        isinstance(value, types.LambdaType) and value.__name__ == "<lambda>"
    )


def _check_data(data: Mapping[str, Any], where: str) -> None:
    for key, value in data.items():
        if not isinstance(value, tuple(ALLOWED_DATA_TYPES)):
            raise InventoryError(f"{where}: data {key!r} can't be a {type(value).__name__}")


def _groups_of_function(written: str) -> Groups:
    name, colon, argument = written.partition(":")
    if colon and (source := _source(name)) is not None:
        return _loaded(written, source(argument))
    if colon and argument.isidentifier() and all(part.isidentifier() for part in name.split(".")):
        return _loaded(written, _function(name, argument)())
    module, _, attribute = written.rpartition(".")
    if module and Path(*module.split(".")).with_suffix(".py").is_file():
        return _loaded(written, _function(module, attribute)())
    return {"": ([host for host in written.split(",") if host], {})}


def _source(name: str) -> Callable[..., Any] | None:
    from pyinfra.plugins.hooks import gather

    for _, source in gather("pyinfra_inventory_sources"):
        if source.name == name:
            return source.load  # type: ignore[no-any-return]
    return None


def _function(module: str, attribute: str) -> Callable[[], Any]:
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise CliError(
            f"inventory {module}:{attribute}: there is no module {error.name}, and no plugin has a source of that name"
        ) from error
    finally:
        sys.path.pop(0)
    if not callable(found):
        raise CliError(f"inventory {module}:{attribute}: the module has no such function")
    return found  # type: ignore[no-any-return]


def _loaded(written: str, value: Any) -> Groups:
    where = f"inventory {written}"
    if not isinstance(value, Mapping):
        group = _as_group("all", value, where)
        if group is None:
            raise CliError(f"{where} gave a {type(value).__name__}: it must give hosts, or a dict of groups")
        return {"": (group[0], {}), "all": ([], group[1])}
    groups: Groups = {}
    for name, hosts in value.items():
        group = _as_group(name, hosts, where)
        if group is None:
            raise CliError(
                f"{where}: group {name} is a {type(hosts).__name__}: it must be a list of hosts, or hosts and data"
            )
        groups[name] = group
    return groups


def _group_data(folders: Iterable[Path], extra: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read the files of group data; what is read later wins."""
    files: list[Path] = []
    for folder in dict.fromkeys(one.resolve() for one in folders):
        files += sorted((folder / "group_data").glob("*.py"))
    for written in extra:
        path = Path(written)
        if not path.exists():
            raise CliError(f"group data {written}: no such file or folder")
        files += sorted(path.glob("*.py")) if path.is_dir() else [path]
    found: dict[str, dict[str, Any]] = {}
    for path in files:
        if path.name == "__init__.py":
            continue
        names = exec_file(path, "group data")
        values = {name: value for name, value in names.items() if not _is_code(name, value)}
        _check_data(values, str(path))
        found.setdefault(path.stem, {}).update(values)
    return found


def _is_code(name: str, value: Any) -> bool:
    """Tell whether a name in a data file is an import or a definition, and no data."""
    own = name.startswith("__") or isinstance(value, types.ModuleType | type)
    return own or isinstance(value, types.FunctionType | types.BuiltinFunctionType)


def limit_hosts(inventory: Inventory, limits: Iterable[str], excludes: Iterable[str]) -> list[Host] | None:
    """Choose hosts by name, glob or group.

    Args:
        inventory: the inventory.
        limits: what to keep, each one or several separated by commas; nothing keeps all.
        excludes: what to leave out, in the same form.

    Returns:
        The hosts; None for all.

    Raises:
        CliError: one matches nothing.
    """
    limits, excludes = _split(limits), _split(excludes)
    if not limits and not excludes:
        return None
    chosen: set[Host] = set(inventory) if not limits else set()
    for limit in limits:
        chosen |= _matching(inventory, limit, "--limit")
    for exclude in excludes:
        chosen -= _matching(inventory, exclude, "--exclude")
    if not chosen:
        raise CliError("--limit and --exclude leave no host")
    return [host for host in inventory if host in chosen]


def _split(values: Iterable[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]


def _matching(inventory: Inventory, pattern: str, option: str) -> set[Host]:
    found = set(inventory.groups[pattern]) if pattern in inventory.groups else set()
    found |= {host for host in inventory if fnmatch(host.name, pattern)}
    if not found:
        raise CliError(f"{option} {pattern} matches no host and no group")
    return found
