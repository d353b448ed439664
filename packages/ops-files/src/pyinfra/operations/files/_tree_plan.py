"""What must change on a host so that a directory there holds what a local one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyinfra.api import OperationError
from pyinfra.api.util import get_file_sha1

from ._arguments import check_mode
from ._metadata import mode_differs

if TYPE_CHECKING:
    from pyinfra.facts.files import TreeEntry

    from ._local_tree import Excluded, LocalTree

_KINDS = {"-": "file", "d": "directory", "l": "link"}

Mode = int | str
Owner = tuple[str | None, str | None]


@dataclass
class Change:
    """A file whose content is sent.

    Attributes:
        below: its path below the directory.
        mode: its permissions.
        known: what is there; None for nothing.
        chown: whether its owner must be set.
    """

    below: str
    mode: Mode
    known: TreeEntry | None
    chown: bool


@dataclass
class Plan:
    """What must change.

    Attributes:
        made: directories that are made, each after the one that it is in.
        sent: files whose contents are sent.
        linked: symbolic links that are made, and whether there is another one.
        modes: paths whose permissions are set.
        owned: paths whose owner is set; of symbolic links those of `owned_links`.
        removed: paths that are removed.
    """

    made: list[str] = field(default_factory=list)
    sent: list[Change] = field(default_factory=list)
    linked: dict[str, bool] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    owned: list[str] = field(default_factory=list)
    owned_links: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def make_plan(
    tree: LocalTree,
    found: Mapping[str, TreeEntry],
    dest: str,
    owner: Owner,
    find_mode: Callable[[str, bool], Any],
) -> Plan:
    """Compare a local directory with one on a host.

    Args:
        tree: the local one.
        found: what is below the host's.
        dest: its path.
        owner: the user and group that everything should have; None for any.
        find_mode: gives the mode that a path below should have, from it and whether it is a directory.

    Returns:
        What must change.

    Raises:
        OperationError: something else is in the place of a file, directory or link.
    """
    plan = Plan()
    for below in tree.folders:
        known = _check_kind(found, dest, below, "d", "d")
        mode = check_mode(find_mode(below, True))
        if known is None:
            plan.made.append(below)
        if mode is not None and (known is None or mode_differs(mode, known.mode, is_directory=True)):
            plan.modes[below] = mode
        if _owner_differs(known, owner):
            plan.owned.append(below)
    for below in tree.links:
        known = _check_kind(found, dest, below, "l", "l")
        if known is None or not known.leads_there:
            plan.linked[below] = known is not None
        if _owner_differs(known if below not in plan.linked else None, owner):
            plan.owned_links.append(below)
    for below in tree.files:
        _plan_file(plan, tree, found, dest, below, owner, check_mode(find_mode(below, False)))
    return plan


def find_removed(tree: LocalTree, found: Mapping[str, TreeEntry], dest: str, excluded: Excluded) -> list[str]:
    """Give the files and links on the host that the local directory does not have, sorted.

    Args:
        tree: the local directory.
        found: what is below the host's.
        dest: its path.
        excluded: what is left alone.

    Returns:
        Their paths below it.
    """
    kept = {*tree.files, *tree.links}
    return sorted(
        below
        for below, entry in found.items()
        if entry.type in "-l"
        and below not in kept
        and not excluded.holds(f"{dest.rstrip('/')}/{below}", below)
        and not excluded.holds_folder(below.rpartition("/")[0])
    )


def _plan_file(
    plan: Plan,
    tree: LocalTree,
    found: Mapping[str, TreeEntry],
    dest: str,
    below: str,
    owner: Owner,
    mode: Mode | None,
) -> None:
    # A symbolic link in the place of a file would lead out of the tree: it is replaced, and not followed.
    known = _check_kind(found, dest, below, "-", "-l")
    is_file = known is not None and known.type == "-"
    if known is None or not is_file or known.sha1 is None or known.sha1 != get_file_sha1(tree.path(below)):
        chown = _owner_differs(known if is_file else None, owner)
        plan.sent.append(Change(below, mode if mode is not None else "", known, chown))
        return
    if mode is not None and mode_differs(mode, known.mode):
        plan.modes[below] = mode
    if _owner_differs(known, owner):
        plan.owned.append(below)


def _check_kind(
    found: Mapping[str, TreeEntry], dest: str, below: str, wanted: str, allowed: str
) -> TreeEntry | None:
    known = found.get(below)
    if known is not None and known.type not in allowed:
        raise OperationError(f"{dest.rstrip('/')}/{below} exists and is not a {_KINDS[wanted]}")
    return known


def _owner_differs(known: TreeEntry | None, owner: Owner) -> bool:
    """Tell whether user or group, each a name or a number, are not as wanted; None is something new."""
    user, group = owner
    if known is None:
        return bool(user or group)
    pairs = ((user, known.user, known.uid), (group, known.group, known.gid))
    return any(one and one not in (name, str(number)) for one, name, number in pairs)
