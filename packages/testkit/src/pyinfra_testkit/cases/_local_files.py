"""The local files of an operation's case, real to the code under test and nowhere on the disk."""

from __future__ import annotations

import stat
import sys
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyfakefs.fake_filesystem import FakeFilesystem

DEFAULT_CONTENT = "_test_data_"
_TIMES = {"mtime": "st_mtime", "atime": "st_atime", "ctime": "st_ctime"}
_NUMBERS = {"ino": "st_ino", "inode": "st_ino", "uid": "st_uid", "gid": "st_gid"}


@contextmanager
def local_files(tree: dict[str, Any]) -> Iterator[None]:
    """Put files in place for the length of a `with`, where there are no others but installed code.

    Args:
        tree: `files` (name to content, or to a mapping of `content`, `mode` in octal, `mtime`, `atime`,
            `ctime`, `uid`, `gid`, `ino`; null for some content), `dirs` (name to such a tree) and `links`
            (name to target). Names stand below `/`.

    Yields:
        Nothing.
    """
    from pyfakefs.fake_filesystem_unittest import Patcher

    with Patcher() as patcher:
        assert patcher.fs is not None
        # Code under test imports modules late and looks entry points up, which are real files.
        for path in sys.path:
            if Path(path).is_absolute() and not patcher.fs.exists(path) and Path(path).suffix != ".zip":
                _add_real(patcher.fs, path)
        patcher.fs.cwd = "/"
        _lay_out(patcher.fs, tree, PurePosixPath("/"))
        yield


def _add_real(fs: FakeFilesystem, path: str) -> None:
    try:
        fs.add_real_directory(path, lazy_read=True)
    except OSError:
        # sys.path may name folders that do not exist.
        return


def _lay_out(fs: FakeFilesystem, tree: dict[str, Any], parent: PurePosixPath) -> None:
    for name, entry in (tree.get("files") or {}).items():
        _create(fs, str(parent / name), entry if isinstance(entry, dict) else {"content": entry})
    for name, target in (tree.get("links") or {}).items():
        fs.create_symlink(str(parent / name), target)
    for name, inner in (tree.get("dirs") or {}).items():
        path = parent / name
        if not fs.exists(str(path)):
            fs.create_dir(str(path))
        _lay_out(fs, inner or {}, path)


def _create(fs: FakeFilesystem, path: str, entry: dict[str, Any]) -> None:
    content = entry.get("content")
    mode = int(str(entry.get("mode", 644)), 8)
    file = fs.create_file(
        path, contents=DEFAULT_CONTENT if content is None else content, st_mode=stat.S_IFREG | mode
    )
    for key, attribute in _TIMES.items():
        if key in entry:
            setattr(file, attribute, _seconds(entry[key]))
    for key, attribute in _NUMBERS.items():
        if key in entry:
            setattr(file, attribute, int(entry[key]))


def _seconds(value: Any) -> float:
    if isinstance(value, str) and value.startswith("datetime:"):
        when = datetime.fromisoformat(value.removeprefix("datetime:").strip())
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    return float(value)
