"""What a deploy asked its hosts, kept from one run to the next so that the next asks it all at once.

It is only a cache: a file that can't be read or written costs round trips and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyinfra.api import State

# Of one file; a deploy that asks more than this takes its round trips.
LIMIT = 32 << 20
# Seconds after which the hints of a deploy that has not asked anything new since are thrown away.
OLD = 90 * 24 * 3600


def file_of(inventory_name: str, words: Sequence[str]) -> Path | None:
    """Give the file of one deploy, which is told by where it is called and how.

    Args:
        inventory_name: the inventory, as on the command line.
        words: what stands behind it.

    Returns:
        A file in the user's cache; None for a user without a home.
    """
    cache = os.environ.get("XDG_CACHE_HOME", "")
    # As the XDG base directory specification has it: a relative one is to be ignored.
    if not cache.startswith("/"):
        cache = os.path.expanduser("~/.cache")  # noqa: PTH111 - which tells what it can't, and does not raise
    if cache.startswith("~"):
        return None
    told = json.dumps([str(Path.cwd()), inventory_name, *words])
    name = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return Path(cache, "pyinfra", "hints", f"{name}.json")


@contextlib.contextmanager
def kept(state: State, file: Path) -> Iterator[None]:
    """Give a run the hints of the last, and keep its own for the next.

    Args:
        state: the run.
        file: where they are kept.
    """
    ahead = state.engine.ahead
    ahead.remembers = True
    known = _read(file)
    for host in state.inventory:
        hints = known.get(host.name)
        if isinstance(hints, list):
            ahead.give(host, [hint for hint in hints if isinstance(hint, dict)])
    try:
        yield
    finally:
        new = {host.name: ahead.hints(host) for host in state.inventory.iter_activated_hosts()}
        merged = {**known, **{name: hints for name, hints in new.items() if hints}}
        if merged != known:
            _write(file, merged)


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_uid != os.geteuid() or file.stat().st_size > LIMIT:
            return {}
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(file: Path, hints: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as content:
            json.dump(hints, content)
        Path(temporary).replace(file)
        _remove_old(file.parent)


def _remove_old(folder: Path) -> None:
    for file in folder.iterdir():
        if file.stat().st_mtime < time.time() - OLD:
            file.unlink()
