"""Sources of packages in the one-line format."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.apt import AptSources, parse_apt_repo
from pyinfra.operations import files

from ._arguments import check_file_name
from ._command import LockedCommand


@operation()
def repo(
    src: str, present: bool = True, filename: str | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Add or remove a source of packages, in the one-line format of `sources.list(5)`.

    A source that any file names counts as present. The index of packages is not updated.

    Args:
        src: the source, such as `deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://host/debian bookworm main`.
        present: whether it must be there.
        filename: the file that it belongs in, by its name in `/etc/apt/sources.list.d` without `.list`; None for
            `/etc/apt/sources.list`.

    Raises:
        OperationValueError: `src` is not such a line, or `filename` not a file's name.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.repo(
        name="Add the vendor's packages",
        src="deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://packages.example.com/debian bookworm main",
        filename="vendor",
        _sudo=True,
    )
    ```
    """
    wanted = parse_apt_repo(src)
    if wanted is None or "\n" in src:
        raise OperationValueError(
            f'src must be a line such as "deb http://host/debian bookworm main", not {src!r}'
        )
    path = "/etc/apt/sources.list"
    if filename is not None:
        check_file_name(filename, "filename")
        path = f"/etc/apt/sources.list.d/{filename}.list"
    exists = any(source == wanted for source in host.get_fact(AptSources))
    if present and exists:
        host.noop(f'apt repo "{src}" exists')
    elif present:
        yield from _add(src, path)
    elif exists:
        yield from files.line._inner(path=path, line=src, present=False, escape_regex_characters=True)
    else:
        host.noop(f'apt repo "{src}" does not exist')


def _add(src: str, path: str) -> Generator[PyinfraCommand, None, None]:
    commands = list(files.line._inner(path=path, line=src, escape_regex_characters=True))
    # The line is there, but not as a source: it is commented out, or part of a longer one.
    yield from commands or [StringCommand("printf '%s\\n'", QuoteString(src), ">>", QuoteString(path))]


@operation(is_idempotent=False)
def ppa(src: str, present: bool = True) -> Generator[StringCommand, None, None]:
    """Add or remove a Launchpad PPA, with Ubuntu's `apt-add-repository`.

    Args:
        src: the PPA, such as `ppa:user/name`.
        present: whether it must be there.

    Raises:
        OperationValueError: `src` is empty or would be taken for an option.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.ppa(
        name="Add the PPA with newer versions of Python",
        src="ppa:deadsnakes/ppa",
        _sudo=True,
    )
    ```
    """
    if not src or src.startswith("-"):
        raise OperationValueError(f"src must be a PPA such as ppa:user/name, not {src!r}")
    yield LockedCommand(
        "apt-add-repository -y" if present else "apt-add-repository -y --remove", QuoteString(src)
    )
