"""Packages in files."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from pyinfra import host, state
from pyinfra.api import OperationError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.connectors.util import CommandOutput
from pyinfra.facts.apt._command import noninteractive_apt
from pyinfra.facts.deb import DebPackage, DebPackages
from pyinfra.operations import files
from typing_extensions import override

from ._arguments import check_text
from ._changes import read_changes
from ._command import LockedCommand
from ._unfinished import with_unfinished

if TYPE_CHECKING:
    from pyinfra.api import Host, State
    from pyinfra.api.arguments import ConnectorArguments

# Only root writes there, so nobody else can put a package in place of the one that was fetched; and it stays, so that
# the next run need not fetch it again to see what is in it.
_DOWNLOADS = "/var/cache/apt"


@operation(report=read_changes)
def deb(src: str, present: bool = True, force: bool = False) -> Generator[PyinfraCommand, None, None]:
    """Install or remove a package that is in a file, with what it depends on.

    A package from a URL is fetched once, into `/var/cache/apt`, and kept there. The result's `report` says which
    versions changed.

    Args:
        src: the path on the host of a file that ends in `.deb`, or a URL (`http`, `https`, `ftp`) that the host
            fetches.
        present: whether the package must be installed in the version of the file; else it must not be installed in that
            version.
        force: whether to let apt do what may break the host (`--force-yes`), for what the package depends on.

    Raises:
        OperationTypeError: `src` is no str.
        OperationValueError: `src` is neither a URL nor the path of a `.deb` file.
        OperationError: there is no such file, or no package in it.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.deb(
        name="Install the agent from its vendor",
        src="https://packages.example.com/agent_1.2.3_amd64.deb",
        _sudo=True,
    )
    ```
    """
    check_text(src, "src", "a URL or the path of a file that ends in .deb")
    path = src
    installed = host.get_fact(DebPackages)
    if urlparse(src).scheme in {"http", "https", "ftp"}:
        name = f"{hashlib.sha256(src.encode('utf-8', 'surrogateescape')).hexdigest()}.deb"
        path = host.get_temp_filename(name, hash_filename=False, temp_directory=_DOWNLOADS)
        yield from files.download._inner(src=src, dest=path)
    elif not src.endswith(".deb"):
        raise OperationValueError(f"src must be a URL or the path of a file that ends in .deb, not {src!r}")
    package = host.get_fact(DebPackage, package=path) or {}
    if not package and state.is_executing:
        raise OperationError(f"{host.name}: src must be a package file, and {path} is none, or is not there")
    known = installed if present else with_unfinished(installed)
    versions = known.get(package["name"], ()) if package.get("name") else ()
    exists = package.get("version") in versions
    if exists == present:
        host.noop(f"deb {src} is {'installed' if present else 'not installed'}")
    elif present:
        yield from _install(path, force)
    else:
        yield LockedCommand(noninteractive_apt("remove", force), QuoteString(package["name"]))


class _AttemptCommand(LockedCommand):
    """A command that may fail, but for a lock: that it waits for.

    Args:
        command: the command.
    """

    def __init__(self, command: StringCommand) -> None:
        super().__init__(command, "2> /dev/null || true")
        self._command = command

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        # What the shell throws away would say who holds the lock.
        _, output = LockedCommand(self._command).execute(state, host, connector_arguments)
        return True, CommandOutput([line for line in output.combined_lines if line.buffer_name == "stdout"])


def _install(path: str, force: bool) -> Generator[StringCommand, None, None]:
    """Install a package, what it depends on, and where that was missing the package again, to be sure of it."""
    file = QuoteString(f"./{path}" if path.startswith("-") else path)
    dpkg = StringCommand("dpkg --force-confdef --force-confold -i", file)
    yield _AttemptCommand(dpkg)
    yield LockedCommand(noninteractive_apt("install -f", force))
    yield LockedCommand(dpkg)
