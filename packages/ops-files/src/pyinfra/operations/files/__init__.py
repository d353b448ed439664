"""Operations on files: what is at a path, what it holds, and how it gets there."""

# Test suites replace `os` and `get_timestamp` here; the modules of this package look both up here, in `_local`.
import os as os

from pyinfra.operations.util.files import get_timestamp as get_timestamp

from ._block import block
from ._copy import copy
from ._directory import directory
from ._download import download
from ._file import file
from ._flags import flags
from ._get import get
from ._line import line
from ._link import link
from ._local import LocalFileError
from ._move import move
from ._put import put
from ._replace import replace
from ._rsync import rsync
from ._sync import sync
from ._template import template
from ._unarchive import unarchive

__all__ = [
    "LocalFileError",
    "block",
    "copy",
    "directory",
    "download",
    "file",
    "flags",
    "get",
    "line",
    "link",
    "move",
    "put",
    "replace",
    "rsync",
    "sync",
    "template",
    "unarchive",
]
