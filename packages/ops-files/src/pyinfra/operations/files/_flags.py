"""The operation `files.flags`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host, state
from pyinfra.api import OperationError, OperationTypeError, QuoteString, StringCommand, operation
from pyinfra.facts.files import Flags
from pyinfra.facts.server import Which
from pyinfra.facts.util.quoting import quote_path

from ._arguments import check_path


@operation(together=True)
def flags(
    path: str, flags: list[str] | None = None, present: bool = True
) -> Generator[StringCommand, None, None]:
    """Set or clear file flags, on BSD and macOS.

    Args:
        path: the path on the host.
        flags: the flags, as `chflags` names them, such as `["hidden", "nodump"]`.
        present: whether they should be set; False clears them.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.flags(
        name="Hide the folder",
        path="/Users/me/Private",
        flags=["hidden"],
    )
    ```
    """
    path = check_path("path", path)
    wanted = _check_flags(flags)
    if not wanted:
        host.noop(f"no changes requested to flags for '{path}'")
        return
    current = host.get_fact(Flags, path=path)
    if current is None:
        _refuse_unless_it_is_made(path)
    missing = [flag for flag in wanted if (flag in (current or ())) is not present]
    if not missing:
        host.noop(f"'{path}' already has '{','.join(wanted)}' {'set' if present else 'clear'}")
        return
    words = ",".join(flag if present else f"no{flag}" for flag in sorted(set(missing)))
    yield StringCommand("chflags", QuoteString(words), quote_path(path))


def _refuse_unless_it_is_made(path: str) -> None:
    if not host.get_fact(Which, command="chflags"):
        raise OperationError(
            f"the flags of {path} are not known: files.flags needs chflags (BSD, macOS), and {host.name} has none"
        )
    # In prepare, an earlier operation may be about to make it.
    if state.is_executing:
        raise OperationError(f"the flags of {path} are not known: {host.name} has no such file")


def _check_flags(flags: Any) -> list[str]:
    wanted = [flags] if isinstance(flags, str) else list(flags or ())
    if not all(isinstance(flag, str) and flag for flag in wanted):
        raise OperationTypeError("`flags` must be a list of the names of flags")
    return wanted
