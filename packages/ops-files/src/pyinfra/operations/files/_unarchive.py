"""The operation `files.unarchive`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host, state
from pyinfra.api import (
    FileUploadCommand,
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import Directory, File
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.cleaning import undone
from pyinfra.operations.util.files import chown
from pyinfra.operations.util.undoing import making

from ._arguments import check_owner, check_path
from ._local import LocalFileError, local_os, local_path, temporary_path
from ._owners import refuse_unknown_owners
from ._paths import remove

# The end of an archive's name, and tar's options for it; None for unzip.
_FORMATS: dict[str, str | None] = {
    ".tar": "-x",
    ".tar.gz": "-xz",
    ".tgz": "-xz",
    ".tar.bz2": "-xj",
    ".tbz2": "-xj",
    ".tar.xz": "-xJ",
    ".txz": "-xJ",
    ".tar.zst": "-x --zstd",
    ".zip": None,
}


@operation()
def unarchive(
    src: str,
    dest: str,
    remote_src: bool = False,
    creates: str | None = None,
    extra_opts: list[str] | None = None,
    user: str | None = None,
    group: str | None = None,
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Extract an archive into a directory on the host, with `tar` or `unzip`.

    Without `creates` it is extracted each time. Where that fails, `creates` is not there, and the next run extracts
    it again; what else was extracted stays.

    Args:
        src: the archive, by whose name its format is known: a local path, in the deploy's folder where it is relative.
        dest: the directory on the host, which must be there.
        remote_src: whether `src` is a path on the host.
        creates: a path on the host; where there is something, the archive has been extracted.
        extra_opts: further options for `tar` or `unzip`, each one word.
        user: the user that should own `dest` and everything in it.
        group: the group that should own `dest` and everything in it.

    **Example:**

    ```python
    from pyinfra.operations import files

    files.unarchive(
        name="Extract the release",
        src="releases/app-1.4.tar.gz",
        dest="/opt/app",
        creates="/opt/app/1.4",
        extra_opts=["--no-same-owner"],
    )
    ```
    """
    src, dest = check_path("src", src), check_path("dest", dest)
    user, group = check_owner("user", user), check_owner("group", group)
    options = _check_options(extra_opts)
    kind = _find_format(src)
    if creates is not None and host.get_fact(File, path=check_path("creates", creates)) is not None:
        host.noop(f"archive already extracted ({creates} exists)")
        return
    if not host.get_fact(Directory, path=dest):
        raise OperationError(f"Destination {dest} is not an existing directory")
    refuse_unknown_owners(user, group)
    if remote_src:
        if host.get_fact(File, path=src) is None:
            raise OperationError(f"Remote archive {src} does not exist")
        archive = src
    else:
        archive = temporary_path()
        yield FileUploadCommand(_find_local(src), archive, remote_temp_filename=temporary_path())
    extract = _extract(archive, dest, kind, options)
    if creates is not None:
        extract = making(extract, quote_path(creates))
    yield from undone([extract], [] if remote_src else [remove(archive)])
    if not remote_src:
        yield remove(archive)
    if user or group:
        yield chown(dest, user, group, recursive=True)


def _check_options(options: Any) -> list[QuoteString]:
    wanted = options or []
    if not isinstance(wanted, list | tuple) or not all(isinstance(option, str) for option in wanted):
        raise OperationTypeError("`extra_opts` must be a list of strings")
    return [QuoteString(option) for option in wanted]


def _find_format(src: str) -> str:
    for ending in sorted(_FORMATS, key=len, reverse=True):
        if src.lower().endswith(ending):
            return ending
    raise OperationValueError(f"Unsupported archive format for {src}. Supported: {', '.join(_FORMATS)}")


def _find_local(src: str) -> str:
    """Give the archive's local path: in the deploy's folder, or where pyinfra runs."""
    in_deploy = local_path(src, add_deploy_dir=True)
    os = local_os()
    if os.path.isfile(in_deploy):
        return in_deploy
    if state.is_executing and not os.path.isfile(src):
        raise LocalFileError(f"No such file: {in_deploy}")
    return src


def _extract(archive: str, dest: str, kind: str, options: list[QuoteString]) -> StringCommand:
    tar_options = _FORMATS[kind]
    if tar_options is None:
        return StringCommand("unzip -o", *options, quote_path(archive), "-d", quote_path(dest))
    # GNU tar takes what stands before a colon for a machine, unless there is a slash in it.
    path = f"./{archive}" if ":" in archive.split("/", maxsplit=1)[0] else archive
    return StringCommand("tar", tar_options, *options, "-f", quote_path(path), "-C", quote_path(dest))
