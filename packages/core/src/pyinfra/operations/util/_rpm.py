"""What the operations of yum, dnf and zypper share: packages in files, and repositories.

They stand on the operations on files and the facts of rpm, which are plugins of their own and so are only looked for
when one of these is called.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Generator
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import OperationError, OperationValueError
from pyinfra.api.util import sha1_hash

if TYPE_CHECKING:
    from pyinfra.api.command import PyinfraCommand
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

# Only root writes there, so nobody else can put a package in place of the one that was fetched.
_DOWNLOADS = "/var/cache"

_URL_SCHEMES = frozenset({"http", "https", "ftp"})


def ensure_rpm(
    state: State,
    host: Host,
    source: str,
    present: bool,
    package_manager_command: str,
) -> Generator[PyinfraCommand, None, None]:
    """Install or remove a package that is in a file.

    Args:
        state: the run.
        host: the host, which is told why where nothing is to be done.
        source: the path of the file on the host, or a URL that it fetches, and keeps.
        present: whether the package must be installed in the version of the file; else it must not be.
        package_manager_command: the package manager that removes it, such as `yum`.

    Yields:
        The commands.

    Raises:
        OperationError: the package must not be installed, and there is no such file that could tell which one it is.
    """
    path = source
    if urlparse(source).scheme in _URL_SCHEMES:
        path = (
            host.get_temp_filename(sha1_hash(source), hash_filename=False, temp_directory=_DOWNLOADS) + ".rpm"
        )
        yield from import_module("pyinfra.operations.files").download._inner(src=source, dest=path)
    rpm_package = import_module("pyinfra.facts.rpm").RpmPackage
    package = host.get_fact(rpm_package, package=path)
    if package is None and not present and state.is_executing:
        raise OperationError(
            f"{host.name}: src must be the file of a package, and {path} is none, or is not there; a package can be "
            "removed by its name, too"
        )
    there = host.get_fact(rpm_package, package=package["name"]) if package else None
    exists = there is not None and package is not None and there["version"] == package["version"]
    if exists == present:
        host.noop(f"rpm {source} is {'installed' if present else 'not installed'}")
    elif not present:
        yield StringCommand(package_manager_command, "remove -y", QuoteString(package["name"]))
    elif package:
        yield StringCommand("rpm -i", _file(path))
    else:
        yield StringCommand("rpm -q", _output_of("rpm -qp", path), "2> /dev/null || rpm -i", _file(path))


def _file(path: str) -> QuoteString:
    return QuoteString(f"./{path}" if path.startswith("-") else path)


def _output_of(command: str, path: str) -> str:
    """Give a command in backquotes, in which backslashes count even between single quotes."""
    word = StringCommand(command, _file(path)).get_raw_value()
    return "`" + re.sub(r"([\\`$])", r"\\\1", word) + "`"


def ensure_yum_repo(
    host: Host,  # noqa: ARG001 - the documented signature
    name_or_url: str,
    baseurl: str | None,
    present: bool,
    description: str | None,
    enabled: bool,
    gpgcheck: bool,
    gpgkey: str | None,
    repo_directory: str = "/etc/yum.repos.d/",
    type_: str | None = None,
) -> Generator[PyinfraCommand, None, None]:
    """Manage the file of a repository.

    Args:
        host: the host.
        name_or_url: the repository's ID, or the URL of its file.
        baseurl: where its packages are.
        present: whether the file must be there.
        description: its name for people; None for its ID.
        enabled: whether packages come from it without being asked to.
        gpgcheck: whether packages' signatures are checked.
        gpgkey: where its keys are: URLs or absolute paths, with spaces between.
        repo_directory: the folder of the file.
        type_: the repository's type, such as `rpm-md`.

    Yields:
        The commands.

    Raises:
        OperationValueError: an argument is not what it must be, or missing.
    """
    files: Any = import_module("pyinfra.operations.files")
    url = name_or_url if urlparse(name_or_url).scheme in _URL_SCHEMES else None
    name = posixpath.basename(urlparse(url).path).removesuffix(".repo") if url else name_or_url
    if not name or "/" in name:
        raise OperationValueError(
            f"the repository must have an ID, or the URL of its file, not {name_or_url!r}"
        )
    path = posixpath.join(repo_directory, f"{name}.repo")
    if not present:
        yield from files.file._inner(path=path, present=False)
    elif url:
        yield from files.download._inner(src=url, dest=path)
    else:
        options = {
            "name": description or name,
            "baseurl": baseurl,
            "enabled": int(enabled),
            "gpgcheck": int(gpgcheck),
            "type": type_,
            "gpgkey": _checked_keys(gpgkey),
        }
        yield from files.put._inner(src=StringIO(_section(name, options)), dest=path, mode="644")


def _checked_keys(gpgkey: str | None) -> str | None:
    for key in (gpgkey or "").split():
        parts = urlparse(key)
        if not (parts.scheme and (parts.netloc or parts.path)) and not key.startswith("/"):
            raise OperationValueError(f"gpgkey must be a valid URL or an absolute path, got: {key}")
    return gpgkey


def _section(name: str, options: dict[str, Any]) -> str:
    if not options["baseurl"]:
        raise OperationValueError(f"baseurl must say where the packages of the repository {name!r} are")
    lines = [f"[{name}]", *(f"{option}={value}" for option, value in options.items() if value is not None)]
    for option, value in {"name": name, **options}.items():
        if "\n" in str(value):
            raise OperationValueError(f"{option} of the repository {name!r} must be one line, not {value!r}")
    return "\n".join(lines) + "\n"
