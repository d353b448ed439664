"""The operation `files.get`."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import FileDownloadCommand, operation
from pyinfra.facts.files import File

from ._arguments import check_path
from ._checksums import is_same_content
from ._local import LocalFileError, local_os, local_path, temporary_path


@operation(is_idempotent=False)
def get(
    src: str,
    dest: str,
    add_deploy_dir: bool = True,
    create_local_dir: bool = False,
    force: bool = False,
) -> Generator[FileDownloadCommand, None, None]:
    """Download a file to this machine, where the one that is there differs.

    Contents are compared by checksum. Several hosts need several `dest`, such as one with `host.name` in it.

    Args:
        src: the file's path on the host.
        dest: the local path.
        add_deploy_dir: whether a relative `dest` is in the deploy's folder, not in that which pyinfra runs in.
        create_local_dir: whether the local directory above `dest` is made where it is missing.
        force: whether to download in any case.

    **Example:**

    ```python
    from pyinfra import host
    from pyinfra.operations import files

    files.get(
        name="Fetch the host's log",
        src="/var/log/app.log",
        dest=f"logs/{host.name}.log",
        create_local_dir=True,
    )
    ```
    """
    src = check_path("src", src)
    dest = local_path(check_path("dest", dest), add_deploy_dir)
    os = local_os()
    if os.path.isdir(dest):
        raise LocalFileError(f"{dest} is a directory: `dest` must be the path of a file")
    info = host.get_fact(File, path=src)
    if not force and info is not None and os.path.isfile(dest) and is_same_content(dest, src):
        host.noop(f"file {dest} has already been downloaded")
        return
    if state.is_executing:
        _check_folder(os.path.dirname(dest), create_local_dir)
    yield FileDownloadCommand(src, dest, remote_temp_filename=temporary_path())


def _check_folder(folder: str, create: bool) -> None:
    os = local_os()
    if not folder or os.path.isdir(folder):
        return
    if not create:
        raise LocalFileError(f"No such directory: {folder} (create_local_dir=True makes it)")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise LocalFileError(f"{folder} can't be made: {error.strerror}") from error
