"""Repositories."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.operations.util.packaging import ensure_yum_repo

from ._arguments import check_repository


@operation(together=True)
def repo(
    src: str,
    present: bool = True,
    baseurl: str | None = None,
    description: str | None = None,
    enabled: bool = True,
    gpgcheck: bool = True,
    gpgkey: str | None = None,
) -> Generator[PyinfraCommand, None, None]:
    """Add or remove the file of a repository in `/etc/yum.repos.d`.

    A file from a URL is fetched once, and stays as it is.

    Args:
        src: the repository's ID, or the URL (`http`, `https`, `ftp`) of its file, which ends in `.repo`.
        present: whether the file must be there.
        baseurl: where its packages are; needed with an ID.
        description: its name for people; None for its ID.
        enabled: whether packages come from it without being asked to.
        gpgcheck: whether packages' signatures are checked.
        gpgkey: where its keys are: URLs or absolute paths, with spaces between.

    Raises:
        OperationTypeError: `src` is no str.
        OperationValueError: an argument is not what it must be, or missing; or there is a `baseurl` beside a URL.

    **Example:**

    ```python
    from pyinfra.operations import dnf

    dnf.repo(
        name="Add the vendor's packages",
        src="vendor",
        baseurl="https://packages.example.com/rpm/$releasever/$basearch",
        gpgkey="https://packages.example.com/rpm/key.asc",
        _sudo=True,
    )
    ```
    """
    check_repository(src, baseurl)
    yield from ensure_yum_repo(host, src, baseurl, present, description, enabled, gpgcheck, gpgkey)
