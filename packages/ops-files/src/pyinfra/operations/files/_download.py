"""The operation `files.download`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pyinfra import host, state
from pyinfra.api import OperationError, OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.util import sha1_hash
from pyinfra.facts.files import File, Md5File, Sha1File, Sha256File, Sha384File
from pyinfra.facts.server import Date, Which
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.files import chmod, chown

from ._arguments import check_mode, check_owner, check_path
from ._fetching import Request, fetch_command, verify_command
from ._local import temporary_path
from ._metadata import metadata_changes
from ._owners import refuse_unknown_owners
from ._paths import remove

# Where anybody may make files.
_SHARED = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 - where not to use a name that others can guess
_ENDING = ".download"

_FACTS = {"SHA1": Sha1File, "SHA256": Sha256File, "SHA384": Sha384File, "MD5": Md5File}


@operation()
def download(
    src: str,
    dest: str,
    user: str | None = None,
    group: str | None = None,
    mode: int | str | None = None,
    cache_time: int | None = None,
    force: bool = False,
    sha384sum: str | None = None,
    sha256sum: str | None = None,
    sha1sum: str | None = None,
    md5sum: str | None = None,
    headers: dict[str, str] | None = None,
    insecure: bool = False,
    proxy: str | None = None,
    limit_rate: str | None = None,
    temp_dir: str | Path | None = None,
    extra_curl_args: dict[str, str] | None = None,
    extra_wget_args: dict[str, str] | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Download a file from the web to the host, where it is not there yet.

    The host needs `curl` or `wget`. A checksum is compared on the host before (a file that has it is left alone), and
    before the new one takes its place: where it differs then, the operation fails, and the old file stays.

    Args:
        src: the URL.
        dest: the file's path on the host.
        user: the user that should own the file.
        group: the group that should own the file.
        mode: its permissions, as octal digits or a symbolic mode such as `+x`.
        cache_time: seconds after which a file that is there is downloaded again.
        force: whether to download in any case.
        sha384sum: the SHA-384 that the file should have, as hexadecimal digits.
        sha256sum: the SHA-256 that the file should have.
        sha1sum: the SHA-1 that the file should have.
        md5sum: the MD5 that the file should have.
        headers: HTTP headers and their values.
        insecure: whether a server whose certificate can't be verified is trusted.
        proxy: the URL of a proxy.
        limit_rate: the highest rate, in bytes a second, or with `k` or `M`.
        temp_dir: the folder on the host to which it is downloaded first; that of `dest` for None.
        extra_curl_args: further options for `curl`, and their values.
        extra_wget_args: further options for `wget`, and their values.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.download(
        name="Download the key of the package repository",
        src="https://download.docker.com/linux/debian/gpg",
        dest="/etc/apt/keyrings/docker.asc",
        sha256sum="1500c1f56fa9e26b9b8f42452a553675796ade0807cdce11975eb98170b3a570",
    )
    ```
    """
    dest = check_path("dest", dest)
    user, group = check_owner("user", user), check_owner("group", group)
    wanted_mode = check_mode(mode)
    sums = _check_sums({"SHA1": sha1sum, "SHA256": sha256sum, "SHA384": sha384sum, "MD5": md5sum})
    request = Request(
        url=_check_url(src),
        headers=headers or {},
        insecure=insecure,
        proxy=proxy,
        limit_rate=limit_rate,
        curl_options=extra_curl_args or {},
        wget_options=extra_wget_args or {},
    )
    info: Any = host.get_fact(File, path=dest)
    if info is False:
        raise OperationError(f"Destination {dest} already exists and is not a file")
    if info is None or force or not _is_current(dest, info, sums, cache_time):
        refuse_unknown_owners(user, group)
        temporary = _temporary_path(dest, temp_dir)
        yield from undone(_fetch(request, dest, temporary, sums), [remove(temporary)])
        if user or group:
            yield chown(dest, user, group)
        if wanted_mode is not None:
            yield chmod(dest, wanted_mode)
        for kind, wanted in sums.items():
            yield verify_command(kind, dest, wanted)
        return
    changes = metadata_changes(dest, wanted_mode, user, group, info, owner_first=True)
    yield from changes
    if not changes:
        host.noop(f"file {dest} has already been downloaded")


def _check_url(src: Any) -> str:
    if not isinstance(src, str):
        raise OperationTypeError(f"`src` must be a URL, not {type(src).__name__}")
    if not src or src.startswith("-"):
        raise OperationValueError(f"`src` must be a URL, not {src!r}")
    return src


def _check_sums(sums: Mapping[str, Any]) -> dict[str, str]:
    """Give the checksums that were given; an empty one would match everything."""
    given = {kind: value for kind, value in sums.items() if value is not None}
    for kind, value in given.items():
        if not isinstance(value, str):
            raise OperationTypeError(f"`{kind.lower()}sum` must be a string, not {type(value).__name__}")
        if not value.strip():
            raise OperationValueError(f"`{kind.lower()}sum` must be a checksum: it is empty")
    return {kind: value.strip().lower() for kind, value in given.items()}


def _is_current(dest: str, info: Any, sums: Mapping[str, str], cache_time: int | None) -> bool:
    """Tell whether the file that is there will do."""
    # All are asked before any is compared, so that they share a round trip where they can.
    found = {kind: host.get_fact(_FACTS[kind], path=dest) for kind in sums}
    if found != sums:
        return False
    if not cache_time:
        return True
    date = host.get_fact(Date)
    now = date if date.tzinfo is None else date.astimezone(timezone.utc)
    return _is_younger(info["mtime"], now.replace(tzinfo=None), cache_time)


def _is_younger(mtime: datetime | None, now: datetime, seconds: int) -> bool:
    try:
        return mtime is not None and mtime >= now - timedelta(seconds=seconds)
    except OverflowError:
        # Longer than the calendar goes back: nothing is older.
        return True


def _fetch(request: Request, dest: str, temporary: str, sums: Mapping[str, str]) -> Iterator[StringCommand]:
    tool = "curl" if host.get_fact(Which, command="curl") else None
    if tool is None and host.get_fact(Which, command="wget"):
        tool = "wget"
    yield fetch_command(request, temporary, tool)
    if state.is_executing:
        _refuse_other(temporary, dest, sums)
    yield StringCommand("mv", quote_path(temporary), quote_path(dest))


def _refuse_other(temporary: str, dest: str, sums: Mapping[str, str]) -> None:
    """Refuse what has another checksum, before it takes the place of a good file."""
    found = {kind: host.get_fact(_FACTS[kind], path=temporary) for kind in sums}
    for kind, wanted in sums.items():
        if found[kind] == wanted:
            continue
        raise OperationError(
            f"{kind} did not match! What {host.name} has downloaded for {dest} has {found[kind]}, not {wanted}; "
            f"{dest} is left as it was"
        )


def _temporary_path(dest: str, temp_dir: str | Path | None) -> str:
    """Give where a file is downloaded to first.

    In the destination's own folder it is renamed in one step, and what a broken download has left is taken up by the
    next. By its name, none of the tools that read whole folders (cron, sudo, run-parts) takes it for one of theirs.
    """
    if temp_dir is not None:
        return temporary_path(str(temp_dir))
    folder = posixpath.dirname(dest) or "."
    if f"{folder}/".startswith(_SHARED):
        return temporary_path(folder, _ENDING)
    return host.get_temp_filename(f"{sha1_hash(dest)}{_ENDING}", False, temp_directory=folder)
