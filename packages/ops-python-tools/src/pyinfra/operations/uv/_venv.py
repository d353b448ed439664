"""Virtual environments."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, get_args

from pyinfra import host
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.files import File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.pip._arguments import extra_words
from pyinfra.operations.pip._half_way import RemoveEnvironmentCommand
from pyinfra.operations.util.files import unix_path_join

from ._command import MakeEnvironmentCommand

LinkMode = Literal["clone", "copy", "hardlink", "symlink"]


@operation()
def venv(
    path: str,
    *,
    present: bool = True,
    python: str | None = None,
    allow_existing: bool = False,
    clear_existing: bool = False,
    link_mode: LinkMode | None = None,
    seed: bool = False,
    site_packages: bool = False,
    extra_args: str | list[str] | None = None,
) -> Generator[StringCommand, None, None]:
    """Make a virtual environment with `uv venv`, or remove one.

    As in pyinfra 3, an environment counts as present where `path/.venv` holds it, which is also what is removed,
    while uv makes a new one in `path` itself. One that is in `path` is left as it is unless `allow_existing` or
    `clear_existing` is set, but counts as a change on each run.

    Args:
        path: the folder.
        present: whether an environment must be there; else `path/.venv` must not.
        python: the Python that it is made with, as uv names it, such as `3.12` or a path; None for uv's choice.
        allow_existing: whether to write an environment over what is in the folder.
        clear_existing: whether to empty the folder first.
        link_mode: how packages get from uv's cache into it; None for uv's choice.
        seed: whether to install pip into it.
        site_packages: whether it sees the packages of the Python that it is made with.
        extra_args: further options for `uv venv`, as words of a command line or one by one.

    Raises:
        OperationTypeError: an option is no str.
        OperationValueError: `link_mode` is none of the four; quotes in `extra_args` are not closed.
        ValueError: `path` is empty, or both `allow_existing` and `clear_existing` are set.

    **Example:**

    ```python
    from pyinfra.operations import uv

    uv.venv(
        name="Make an environment for the app",
        path="/opt/app/venv",
        python="3.12",
    )
    ```
    """
    if not path.strip():
        raise ValueError("must provide path in which .venv is to be created")
    if allow_existing and clear_existing:
        raise ValueError("allow_existing and clear_existing cannot both be set")
    if link_mode not in {None, *get_args(LinkMode)}:
        raise OperationValueError(
            f"link_mode must be one of {', '.join(get_args(LinkMode))}, not {link_mode!r}"
        )
    options = [
        *(["--allow-existing"] if allow_existing else []),
        *(["--clear"] if clear_existing else []),
        *(["--seed"] if seed else []),
        *(["--link-mode", link_mode] if link_mode else []),
        *(["--site-packages"] if site_packages else []),
        *(["--python", QuoteString(python)] if python else []),
        *([extra] if (extra := extra_words(extra_args, "extra_args")) else []),
    ]
    exists = bool(host.get_fact(File, path=f"{path}/.venv/bin/activate"))
    if exists == present:
        host.noop(f"venv {'already exists' if present else 'does not exist'} at {path}")
    elif not present:
        yield RemoveEnvironmentCommand(quote_path(f"{path}/.venv"))
    elif allow_existing or clear_existing:
        yield StringCommand("uv venv", *options, quote_path(path))
    else:
        file = quote_path(unix_path_join(path, "pyvenv.cfg"))
        folder = quote_path(path)
        yield MakeEnvironmentCommand(file, folder, "uv venv", *options, folder)
