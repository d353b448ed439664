"""Binary keyrings of armored ones."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationValueError, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.gpg import GpgKey
from pyinfra.operations import files

from ._arguments import check_mode
from ._install import check_apart, dearmor_command, in_folder, is_there


@operation()
def dearmor(src: str, dest: str, mode: str = "0644") -> Generator[PyinfraCommand, None, None]:
    """Make a binary keyring of one in ASCII armor.

    A keyring that is there is made anew where its keys are not those of `src`.

    Args:
        src: the path of the armored keyring on the host.
        dest: the path of the binary one.
        mode: its mode, in octal digits.

    Raises:
        OperationValueError: a path is empty, or both are the same, or `mode` is no mode.
        OperationError: there is something at `dest` that is no file.

    **Example:**

    ```python
    from pyinfra.operations import gpg

    gpg.dearmor(
        name="Make a keyring that every apt reads",
        src="/usr/local/share/vendor.asc",
        dest="/etc/apt/keyrings/vendor.gpg",
        _sudo=True,
    )
    ```
    """
    for name, path in (("src", src), ("dest", dest)):
        if not isinstance(path, str) or not path:
            raise OperationValueError(f"{name} must be the path of a keyring, not {path!r}")
    check_apart(src, dest)
    check_mode(mode)
    exists = is_there(dest)
    if exists and _same_keys(src, dest):
        yield from files.file._inner(path=dest, present=True, mode=mode)
        host.noop(f"GPG keyring {dest} already has the keys of {src}")
        return
    yield from in_folder(dest, [dearmor_command(src, dest, replace=exists)])
    yield from files.file._inner(path=dest, present=True, mode=mode)


def _same_keys(src: str, dest: str) -> bool:
    wanted, there = host.get_fact(GpgKey, src=src), host.get_fact(GpgKey, src=dest)
    return bool(wanted) and wanted == there
