"""Pythons that uv installs."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import OperationTypeError, OperationValueError, StringCommand, operation
from pyinfra.facts.uv import UvInstalledPythonsByVersion
from pyinfra.operations.pip._arguments import extra_words
from pyinfra.operations.pip._changes import uv_python_changes
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages
from pyinfra.operations.util.tools import check_tool

from ._command import UvCommand
from ._python_requests import matching


@operation(report=uv_python_changes)
def pythons(
    versions: str | list[str],
    *,
    present: bool = True,
    managed: bool = True,
    extra_args: str | list[str] | None = None,
) -> Generator[StringCommand, None, None]:
    """Install or remove Pythons with `uv python`, for the user that it runs as.

    Args:
        versions: which ones, as uv names them, or one: `3.12` (any of 3.12 does), `3.12.4`, `3.13t`, `>=3.11,<3.13`,
            `pypy@3.10`, `cpython-3.12.4-linux-x86_64-gnu`. What is not understood is left to uv on every run.
        present: whether they must be installed; else none that does for one of them must be.
        managed: whether only Pythons that uv installed count; else the system's do too.
        extra_args: further options for `uv python install` or `uninstall`, as words of a command line or one by one.

    Raises:
        OperationError: the host has no uv.
        OperationTypeError: a version is no str.
        OperationValueError: a version is empty or an option; quotes in `extra_args` are not closed.

    **Example:**

    ```python
    from pyinfra.operations import uv

    uv.pythons(
        name="Install Python 3.12 and 3.13",
        versions=["3.12", "3.13"],
    )
    ```
    """
    requests = _check([versions] if isinstance(versions, str) else list(versions or ()))
    extra = extra_words(extra_args, "extra_args")
    if not requests:
        host.noop("no Python versions requested to be (un)installed")
        return
    installed = host.get_fact(UvInstalledPythonsByVersion, is_managed=managed)
    if not installed:
        check_tool(state, host, "uv")
    options = f"--no-progress {'--managed-python' if managed else ''} {extra}"
    for request in requests:
        found = matching(request, installed)
        yield from (
            UvCommand(command)
            for command in ensure_packages(
                host,
                [PkgInfo(request, "", "", "")],
                {request: found} if found else {},
                present,
                f"uv python install {options}",
                f"uv python uninstall {options}",
            )
        )


def _check(versions: list[str]) -> list[str]:
    for version in versions:
        if not isinstance(version, str):
            raise OperationTypeError(f"versions must be versions of Python, such as '3.12', not {version!r}")
        if not version.strip() or version.strip().startswith("-"):
            raise OperationValueError(f"versions must be versions of Python, such as '3.12', not {version!r}")
    return list(dict.fromkeys(version.strip() for version in versions))
