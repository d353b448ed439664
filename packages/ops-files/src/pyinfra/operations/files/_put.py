"""The operation `files.put`."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from pyinfra import host
from pyinfra.api import (
    FileUploadCommand,
    OperationError,
    OperationTypeError,
    OperationValueError,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.util import get_path_permissions_mode
from pyinfra.connectors.util import Placement
from pyinfra.facts.files import Directory, File, Link
from pyinfra.facts.server import Home
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.files import MetadataTimeField, chmod, chown, touch, unix_path_join
from typing_extensions import override

from ._arguments import check_mode, check_owner, check_path
from ._checksums import is_same_content
from ._diff import show_upload
from ._directory import make_parent
from ._local import LocalFileError, is_io, local_os, local_path, temporary_path
from ._metadata import metadata_changes
from ._times import read_local_times, time_differs, wanted_time

# As many links in a row as Linux follows.
_LINKS = 40


@operation(together=True)
def put(
    src: str | IO[Any],
    dest: str,
    user: str | None = None,
    group: str | None = None,
    mode: int | str | bool | None = None,
    add_deploy_dir: bool = True,
    create_remote_dir: bool = True,
    force: bool = False,
    assume_exists: bool = False,
    atime: datetime | float | int | str | bool | None = None,
    mtime: datetime | float | int | str | bool | None = None,
    *,
    validate: str | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Upload a file, where the host's differs.

    Contents are compared by checksum. The host's file is replaced as a whole, once the new one has its owner and mode
    and has passed its check; where it is a symbolic link, what it leads to is.

    Args:
        src: the local file's path, or a file-like object of text or bytes.
        dest: the path on the host; for a directory, the file keeps its name in it.
        user: the user that should own the file.
        group: the group that should own the file.
        mode: its permissions, as octal digits or a symbolic mode such as `u+x`; True for those of the local file.
        add_deploy_dir: whether a relative `src` is in the deploy's folder, not in that which pyinfra runs in.
        create_remote_dir: whether the directory above `dest` is made where it is missing, for the same user and group.
        force: whether to upload in any case.
        assume_exists: whether `src` is made later in the run, so that it need not be there yet.
        atime: when the file should last have been read: a datetime (in the host's zone where it has none), seconds
            since the epoch, a datetime in ISO format, the path of a file on the host whose time it is, or True for
            that of the local file.
        mtime: when its content should last have changed, as `atime`.
        validate: a shell command that checks a new content before it replaces the old: `{}` in it stands for its path,
            a temporary file in the destination's folder. Where it fails, the old file stays, and its output is shown.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.put(
        name="Upload the application's configuration",
        src="files/app.conf",
        dest="/etc/app.conf",
        user="root",
        group="root",
        mode="644",
        validate="app --check-config {}",
    )
    ```
    """
    dest = check_path("dest", dest)
    user, group = check_owner("user", user), check_owner("group", group)
    source = _check_source(src, add_deploy_dir, assume_exists)
    wanted_mode = _check_mode(mode, source)
    placement = _placement(user, group, wanted_mode, validate)
    local_times = read_local_times(None if is_io(source) else str(source))
    dest, info = _find_destination(dest, source)
    made, undo = make_parent(dest, user, group) if create_remote_dir and not info else ([], [])
    yield from made
    changes: list[Any] = []
    if not info or force or _is_missing(source) or not is_same_content(source, dest):
        if not _is_missing(source):
            show_upload(source, dest, exists=bool(info))
        changes += _upload(source, dest, user, group, wanted_mode, placement)
        info = None
    else:
        changes += metadata_changes(dest, wanted_mode, user, group, info)
    yield from undone(changes, undo)
    for field, value in ((MetadataTimeField.MTIME, mtime), (MetadataTimeField.ATIME, atime)):
        wanted = wanted_time(field, value, local_times, is_io(source))
        if wanted is not None and (not info or time_differs(wanted, info[field.value])):
            changes.append(touch(dest, field, wanted))
            yield changes[-1]
    if not changes:
        host.noop(f"file {dest} is already uploaded")


def put_below(
    source: str, dest: str, user: str | None, group: str | None, mode: int | str
) -> Iterator[FileUploadCommand | StringCommand]:
    """Give the commands that upload a file of a tree, out of which no symbolic link on the host leads.

    Args:
        source: the local path.
        dest: the path on the host.
        user: the user that should own the file.
        group: the group that should own the file.
        mode: its permissions.

    Yields:
        The commands.

    Raises:
        OperationError: something else than a file or a link is there.
    """
    wanted_mode = check_mode(mode)
    info: Any = host.get_fact(File, path=dest)
    if info is False and not host.get_fact(Link, path=dest):
        raise OperationError(f"{dest} exists and is not a file")
    if info and is_same_content(source, dest):
        changes = metadata_changes(dest, wanted_mode, user, group, info)
        yield from changes
        if not changes:
            host.noop(f"file {dest} is already uploaded")
        return
    show_upload(source, dest, exists=bool(info))
    placement = _placement(user, group, wanted_mode, None) or Placement()
    placement = replace(placement, follow_links=False)
    yield from _upload(source, dest, user, group, wanted_mode, placement)


def _upload(
    source: str | IO[Any],
    dest: str,
    user: str | None,
    group: str | None,
    mode: int | str | None,
    placement: Placement | None,
) -> Iterator[FileUploadCommand | StringCommand]:
    """Give the upload, and after it the commands that set what it has set already."""
    place = _expand_home(dest)
    yield FileUploadCommand(source, place, remote_temp_filename=temporary_path(), placement=placement)
    if user or group:
        yield _Placed(chown(dest, user, group))
    if mode is not None:
        yield _Placed(chmod(dest, mode)) if isinstance(mode, int) else chmod(dest, mode)


class _Placed(StringCommand):
    """What the upload before it has done."""

    def __init__(self, command: StringCommand) -> None:
        super().__init__(*command.bits)

    @override
    def as_run(self) -> StringCommand:
        return StringCommand()


def _check_source(src: Any, add_deploy_dir: bool, assume_exists: bool) -> str | IO[Any]:
    if is_io(src):
        return src
    source = local_path(check_path("src", src), add_deploy_dir)
    if not assume_exists and not local_os().path.isfile(source):
        kind = "Not a file" if local_os().path.isdir(source) else "No such file"
        raise LocalFileError(f"{kind}: {source}")
    return source


def _check_mode(mode: Any, source: str | IO[Any]) -> int | str | None:
    if mode is False:
        return None
    if mode is not True:
        return check_mode(mode)
    if is_io(source):
        raise OperationValueError("`mode` can't be True when `src` is a file-like object: it has no mode")
    return None if _is_missing(source) else check_mode(get_path_permissions_mode(str(source)))


def _placement(
    user: str | None, group: str | None, mode: int | str | None, validate: Any
) -> Placement | None:
    """Give what the file must be before it is in its place; a symbolic mode may not be applied twice."""
    if validate is not None and not (isinstance(validate, str) and "{}" in validate):
        raise OperationValueError(
            f"`validate` must be a shell command in which {{}} stands for the new file's path, not {validate!r}"
        )
    owner = f"{user or ''}:{group}" if group else user
    octal = mode if isinstance(mode, int) else None
    return Placement(owner, octal, validate) if (owner, octal, validate) != (None, None, None) else None


def _is_missing(source: str | IO[Any]) -> bool:
    """Tell whether the local file has still to be made."""
    return not is_io(source) and not local_os().path.exists(source)


def _find_destination(dest: str, source: str | IO[Any]) -> tuple[str, Any]:
    """Give the file's path on the host, and what is known of what is there; None for nothing."""
    if dest.endswith("/"):
        dest = _join_name(dest, source)
        return dest, _known_file(dest)
    info: Any = host.get_fact(File, path=dest)
    if info:
        return dest, info
    if host.get_fact(Directory, path=dest):
        dest = _join_name(dest, source)
        return dest, _known_file(dest)
    return dest, _follow(dest) if info is False else None


def _join_name(folder: str, source: str | IO[Any]) -> str:
    if is_io(source):
        raise OperationTypeError(
            "When `src` is a file-like object, `dest` must be a full file path, not a directory"
        )
    return unix_path_join(folder, local_os().path.basename(str(source)))


def _known_file(path: str) -> Any:
    info = host.get_fact(File, path=path)
    return _follow(path) if info is False else info


def _follow(path: str) -> Any:
    """Give what is known of the file that a symbolic link leads to; None for nothing."""
    place = path
    for _ in range(_LINKS):
        link: Any = host.get_fact(Link, path=place)
        if not link:
            break
        place = posixpath.join(posixpath.dirname(place), link["link_target"])
        info = host.get_fact(File, path=place)
        if info is not False:
            return info
    raise OperationError(f"{path} exists and is not a file")


def _expand_home(dest: str) -> str:
    """Give a destination that needs no shell: uploads know no tilde."""
    if not dest.startswith("~/"):
        return dest
    home = host.get_fact(Home)
    if not home:
        raise OperationError(f"the host does not tell the home that {dest} is in")
    return unix_path_join(home, dest[2:])
