"""Packages in files."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from urllib.parse import urlparse

from pyinfra import host
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.apt._command import noninteractive_apt
from pyinfra.facts.deb import DebPackage, DebPackages
from pyinfra.operations import files

from ._command import LockedCommand

# Only root writes there, so nobody else can put a package in place of the one that was fetched; and it stays, so that
# the next run need not fetch it again to see what is in it.
_DOWNLOADS = "/var/cache/apt"


@operation()
def deb(src: str, present: bool = True, force: bool = False) -> Generator[PyinfraCommand, None, None]:
    """Install or remove a package that is in a file, with what it depends on.

    A package from a URL is fetched once, into `/var/cache/apt`, and kept there.

    Args:
        src: the path on the host of a file that ends in `.deb`, or a URL (`http`, `https`, `ftp`) that the host
            fetches.
        present: whether the package must be installed in the version of the file; else it must not be installed in that
            version.
        force: whether to let apt do what may break the host (`--force-yes`), for what the package depends on.

    Raises:
        OperationValueError: `src` is neither a URL nor the path of a `.deb` file.

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
    path = src
    installed = host.get_fact(DebPackages)
    if urlparse(src).scheme in {"http", "https", "ftp"}:
        name = f"{hashlib.sha256(src.encode('utf-8', 'surrogateescape')).hexdigest()}.deb"
        path = host.get_temp_filename(name, hash_filename=False, temp_directory=_DOWNLOADS)
        yield from files.download._inner(src=src, dest=path)
    elif not src.endswith(".deb"):
        raise OperationValueError(f"src must be a URL or the path of a file that ends in .deb, not {src!r}")
    package = host.get_fact(DebPackage, package=path) or {}
    versions = installed.get(package["name"], ()) if package.get("name") else ()
    exists = package.get("version") in versions
    if exists == present:
        host.noop(f"deb {src} is {'installed' if present else 'not installed'}")
    elif present:
        yield from _install(path, force)
    else:
        yield LockedCommand(noninteractive_apt("remove", force), QuoteString(package["name"]))


def _install(path: str, force: bool) -> Generator[StringCommand, None, None]:
    """Install a package, what it depends on, and where that was missing the package again, to be sure of it."""
    file = QuoteString(f"./{path}" if path.startswith("-") else path)
    dpkg = StringCommand("dpkg --force-confdef --force-confold -i", file)
    yield LockedCommand(dpkg, "2> /dev/null || true")
    yield LockedCommand(noninteractive_apt("install -f", force))
    yield LockedCommand(dpkg)
