"""Whether a local file and one on the host are the same."""

from __future__ import annotations

from typing import IO, Any

from pyinfra import host
from pyinfra.api.util import get_file_md5, get_file_sha1, get_file_sha256
from pyinfra.facts.files import Md5File, Sha1File, Sha256File

_SUMS = ((Sha1File, get_file_sha1), (Md5File, get_file_md5), (Sha256File, get_file_sha256))


def is_same_content(source: str | IO[Any], path: str) -> bool:
    """Compare checksums, of the first kind that the host can tell.

    Args:
        source: a local path, or an IO.
        path: the file's path on the host.

    Returns:
        Whether they are known to be the same.
    """
    for fact, get_local_sum in _SUMS:
        found = host.get_fact(fact, path=path)
        if found:
            return found == get_local_sum(source)
    return False
