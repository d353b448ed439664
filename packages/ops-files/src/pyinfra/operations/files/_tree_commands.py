"""The commands by which a directory on a host comes to hold what a local one does."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pyinfra import host
from pyinfra.api import FileUploadCommand, QuoteString, StringCommand
from pyinfra.connectors.util import Placement
from pyinfra.facts.server import Which
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.files import chmod, unix_path_join

from ._archive import Archive
from ._local import local_os, temporary_path

if TYPE_CHECKING:
    from ._local_tree import LocalTree
    from ._tree_plan import Change, Mode, Owner, Plan

# What is larger goes alone: an archive is held in memory, here and on its way.
_SMALL = 1024 * 1024
_ARCHIVE = 32 * 1024 * 1024
# So few are not worth one.
_ALONE = 3
# As many paths as make one command line.
_CHUNK = 200
# A rename over a link to a directory would put the file in it, where mv has no option against that.
_RENAME = (
    'r() { mv -fT "$1" "$2" 2> /dev/null || mv -fh "$1" "$2" 2> /dev/null || '
    '{ { [ ! -d "$2" ] || rm -f "$2"; } && mv -f "$1" "$2"; }; }'
)
# What must be kept of the file that is there goes to the new one: mode, owner; ACL and SELinux label where cp can.
# For k the mode is the one that the new content is to have; s must not show that to those who could read the old.
_KEEP = (
    's() { { cp --preserve=all "$2" "$1.k" 2> /dev/null || cp -p "$2" "$1.k"; } && chmod u+rw,go= "$1.k" && '
    'cat "$1" > "$1.k" && mv -f "$1.k" "$1"; }; '
    'k() { cp --attributes-only --preserve=all "$2" "$1" 2> /dev/null || s "$1" "$2" && touch "$1"; }'
)
_CLEAN = (
    'c() { rm -f "$a"; find . -name ".pyinfra-$x-*" -exec rm -f {} +; }; '
    "trap c EXIT; trap 'exit 1' HUP INT TERM PIPE"
)


def carry_out(
    plan: Plan, tree: LocalTree, dest: str, owner: Owner
) -> Iterator[FileUploadCommand | StringCommand]:
    """Give the commands that carry out a plan.

    Args:
        plan: what must change.
        tree: the local directory.
        dest: the one on the host.
        owner: the user and group that everything should have.

    Yields:
        The commands: however many small files are sent, few.
    """
    token = secrets.token_hex(6)
    prepared = list(_prepare(plan, tree, owner, token))
    if prepared or plan.made:
        made = ["mkdir -p", quote_path(dest), "&&"] if "" in plan.made else []
        yield StringCommand(*made, _inside(dest, prepared or [StringCommand(":")]))
    alone, batches = _divide(plan.sent, tree)
    for change in alone:
        yield from _send_alone(change, tree, dest, owner)
    for batch in batches:
        archive = temporary_path()
        names = [_temporary(change.below, token, number) for number, change in enumerate(batch)]
        members = [(tree.path(change.below), name) for change, name in zip(batch, names, strict=True)]
        content: Any = Archive(members)
        yield FileUploadCommand(content, archive, placement=Placement(mode=600))
        yield _inside(dest, _place(batch, names, archive, token, owner))
    if plan.removed:
        yield _inside(dest, _with_paths(["rm -f"], plan.removed))


def _inside(folder: str, commands: Iterable[Any]) -> StringCommand:
    """Give a command that runs others in a folder, up to the first that fails."""
    steps = StringCommand(*commands, _separator=" && ")
    return StringCommand("( cd", quote_path(folder), "&&", steps, ")")


def _prepare(plan: Plan, tree: LocalTree, owner: Owner, token: str) -> Iterator[StringCommand]:
    """Give what comes before contents: directories, links, modes and owners."""
    yield from _with_paths(["mkdir -p"], [below for below in plan.made if below])
    yield from _set_owner([], owner, plan.owned)
    yield from _set_modes(plan.modes)
    if any(plan.linked.values()):
        yield StringCommand(_RENAME)
    for number, (below, replaced) in enumerate(plan.linked.items()):
        place = _temporary(below, token, f"l{number}") if replaced else below
        yield StringCommand("ln -s --", QuoteString(tree.links[below]), _word(place))
        if replaced:
            yield StringCommand(
                "{ r", _word(place), _word(below), "|| { rm -f", _word(place), "; false; }; }"
            )
    yield from _set_owner(["-h"], owner, plan.owned_links)


def _divide(sent: Sequence[Change], tree: LocalTree) -> tuple[list[Change], list[list[Change]]]:
    """Tell which files go alone, and which together."""
    sizes = [local_os().stat(tree.path(change.below)).st_size for change in sent]
    alone = [change for change, size in zip(sent, sizes, strict=True) if size > _SMALL]
    small = [(change, size) for change, size in zip(sent, sizes, strict=True) if size <= _SMALL]
    if len(small) <= _ALONE or not host.get_fact(Which, command="tar"):
        return list(sent), []
    batches: list[list[Change]] = []
    room = 0
    for change, size in small:
        if not batches or size > room:
            batches.append([])
            room = _ARCHIVE
        batches[-1].append(change)
        room -= size
    return alone, batches


def _send_alone(
    change: Change, tree: LocalTree, dest: str, owner: Owner
) -> Iterator[FileUploadCommand | StringCommand]:
    path = unix_path_join(dest, change.below)
    octal = change.mode if isinstance(change.mode, int) else None
    placement = Placement(_owner_word(owner), octal, follow_links=False)
    yield FileUploadCommand(tree.path(change.below), path, placement=placement)
    if octal is None:
        yield chmod(path, change.mode)


def _place(
    batch: Sequence[Change], names: Sequence[str], archive: str, token: str, owner: Owner
) -> Iterator[StringCommand]:
    """Give what takes files out of an archive and puts each in its place."""
    yield StringCommand("x=", token, " a=", QuoteString(archive), _separator="")
    yield StringCommand(f"{{ {_CLEAN}; }} && {{ {_KEEP}; }} && {{ {_RENAME}; }}")
    yield StringCommand('( umask 077 && tar -x -o -m -f "$a" ) && rm -f "$a"')
    modes: dict[str, Mode] = {}
    owned = []
    for change, name in zip(batch, names, strict=True):
        is_file = change.known is not None and change.known.type == "-"
        same = change.known is not None and is_file and change.known.mode == change.mode and not change.chown
        if is_file:
            yield StringCommand("k" if same else "s", _word(name), _word(change.below))
        elif not isinstance(change.mode, int):
            # A symbolic mode is said of what any new file would have.
            yield StringCommand("chmod +rw", _word(name))
        # Where cp knows no --attributes-only, k has made it private.
        modes[name] = change.mode
        if change.chown:
            owned.append(name)
    yield from _set_owner([], owner, owned)
    yield from _set_modes(modes)
    for change, name in zip(batch, names, strict=True):
        is_link = change.known is not None and change.known.type == "l"
        yield StringCommand("r" if is_link else "mv -f", _word(name), _word(change.below))


def _temporary(below: str, token: str, number: int | str) -> str:
    folder, slash, _ = below.rpartition("/")
    return f"{folder}{slash}.pyinfra-{token}-{number}"


def _word(below: str) -> QuoteString:
    return QuoteString(f"./{below}" if below else ".")


def _with_paths(words: Sequence[Any], paths: Iterable[str]) -> Iterator[StringCommand]:
    rest = iter(paths)
    while chunk := list(islice(rest, _CHUNK)):
        yield StringCommand(*words, *(_word(path) for path in chunk))


def _owner_word(owner: Owner) -> str | None:
    user, group = owner
    return f"{user or ''}:{group}" if group else user


def _set_owner(options: Sequence[str], owner: Owner, paths: Sequence[str]) -> Iterator[StringCommand]:
    word = _owner_word(owner)
    if word is not None:
        yield from _with_paths(["chown", *options, "--", QuoteString(word)], paths)


def _set_modes(modes: dict[str, Mode]) -> Iterator[StringCommand]:
    paths = defaultdict(list)
    for path, mode in modes.items():
        paths[mode].append(path)
    for mode, same in paths.items():
        yield from _with_paths(["chmod", QuoteString(mode)], same)
