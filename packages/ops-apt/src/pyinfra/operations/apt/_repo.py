"""Sources of packages in the one-line format."""

from __future__ import annotations

import re
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.apt import AptSource, AptSources, parse_apt_repo
from pyinfra.operations import files
from pyinfra.operations.util.undoing import appending
from typing_extensions import override

from ._arguments import check_file_name, check_text
from ._command import LockedCommand

_MAIN_FILE = "/etc/apt/sources.list"


@operation(together=True)
def repo(
    src: str, present: bool = True, filename: str | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Add or remove a source of packages, in the one-line format of `sources.list(5)`.

    A source that any file names counts as present. The index of packages is not updated.

    Args:
        src: the source, such as `deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://host/debian bookworm main`.
        present: whether it must be there.
        filename: the file that it is added to, or the only one that it is removed from, by its name in
            `/etc/apt/sources.list.d` without `.list`; None to add it to `/etc/apt/sources.list`, and to remove it
            from whichever file names it.

    Raises:
        OperationTypeError: `src` is no str.
        OperationValueError: `src` is not such a line, or `filename` not a file's name.
        OperationError: it must be removed, and a `.sources` file names it; `apt.sources_file` manages those.

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
    check_text(src, "src", 'a line such as "deb http://host/debian bookworm main"')
    wanted = parse_apt_repo(src)
    if wanted is None or "\n" in src:
        raise OperationValueError(
            f'src must be a line such as "deb http://host/debian bookworm main", not {src!r}'
        )
    path = None
    if filename is not None:
        check_file_name(filename, "filename")
        path = f"/etc/apt/sources.list.d/{filename}.list"
    found = [source for source in host.get_fact(AptSources) if source == wanted]
    if present and found:
        host.noop(f'apt repo "{src}" exists')
    elif present:
        yield from _add(src, path or _MAIN_FILE)
    else:
        yield from _remove(src, path, found)


def _add(src: str, path: str) -> Generator[PyinfraCommand, None, None]:
    commands = list(files.line._inner(path=path, line=src, escape_regex_characters=True))
    # The line is there, but not as a source: it is commented out, or part of a longer one.
    file = QuoteString(path)
    show = StringCommand("printf '%s\\n'", QuoteString(src), ">>", file)
    for command in commands or [appending(show, file)]:
        yield _OnItsOwnLine(command, file)


class _OnItsOwnLine(StringCommand):
    """A command that adds a line to a file, of which the last line may have no end.

    Args:
        command: the command.
        file: the file's path, quoted.
    """

    def __init__(self, command: StringCommand, file: QuoteString) -> None:
        super().__init__(command)
        self._command, self._file = command, file

    @override
    def as_run(self) -> StringCommand:
        end = StringCommand('[ -z "$(tail -c 1', self._file, '2> /dev/null)" ] || echo >>', self._file)
        return StringCommand("{", end, "; } &&", self._command.as_run())


def _remove(src: str, path: str | None, found: list[AptSource]) -> Generator[PyinfraCommand, None, None]:
    own = [source for source in found if path is None or getattr(source, "path", None) in (None, path)]
    if not own:
        host.noop(f'apt repo "{src}" does not exist')
    for source in own:
        where: str | None = getattr(source, "path", None)
        line: str | None = getattr(source, "line", None)
        if where and line is None:
            raise OperationError(f"{src!r} is one of the sources in {where}, which apt.sources_file manages")
        if where and line:
            # That line and no longer one: the same source may be there again with another component behind it.
            exact = re.sub(r"[\\.*\[\]^$]", r"\\\g<0>", line)
            yield from files.line._inner(path=where, line=f"^{exact}$", present=False)
        else:
            yield from files.line._inner(
                path=path or _MAIN_FILE, line=src, present=False, escape_regex_characters=True
            )


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
    if not isinstance(src, str) or not src.strip() or src.startswith("-"):
        raise OperationValueError(f"src must be a PPA such as ppa:user/name, not {src!r}")
    yield LockedCommand(
        "apt-add-repository -y" if present else "apt-add-repository -y --remove", QuoteString(src)
    )
