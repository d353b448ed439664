"""Packages in files."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.operations.dnf._arguments import check_file
from pyinfra.operations.dnf._changes import read_changes
from pyinfra.operations.util.packaging import ensure_rpm


@operation(report=read_changes)
def rpm(src: str, present: bool = True) -> Generator[PyinfraCommand, None, None]:
    """Install or remove a package that is in a file, with rpm, and so without what it depends on.

    A package from a URL is fetched once, into `/var/cache`, and kept there. rpm refuses to install a version whose
    files belong to another one that is installed: `yum.packages` takes paths and URLs too, and upgrades.

    Args:
        src: the path on the host of a package's file, or a URL (`http`, `https`, `ftp`) that the host fetches.
        present: whether the package must be installed in the version of the file; else it must not be installed in that
            version.

    Raises:
        OperationTypeError: `src` is no str.
        OperationValueError: it is empty, or rpm would take the path for a pattern or quoted text.

    **Example:**

    ```python
    from pyinfra.operations import yum

    yum.rpm(
        name="Install the package that adds EPEL",
        src="https://dl.fedoraproject.org/pub/epel/epel-release-latest-9.noarch.rpm",
        _sudo=True,
    )
    ```
    """
    check_file(src)
    yield from ensure_rpm(state, host, src, present, "yum")
