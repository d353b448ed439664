"""Virtual environments."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from pyinfra.facts.files import File
from pyinfra.facts.util.quoting import quote_path

from ._arguments import check_path
from ._half_way import RemoveEnvironmentCommand, making_environment


@operation()
def virtualenv(
    path: str,
    python: str | None = None,
    venv: bool = False,
    site_packages: bool = False,
    always_copy: bool = False,
    present: bool = True,
) -> Generator[StringCommand, None, None]:
    """Make or remove a virtual environment.

    A folder is one where it has `bin/activate`; nothing else is removed. One that is there is left as it is,
    whatever it was made with.

    Args:
        path: its folder.
        python: the Python that it is made with, such as `python3.12` or a path; None for the one of virtualenv, or
            `python` where `venv` is set.
        venv: whether to make it with Python's own `venv` module; else with the program `virtualenv`.
        site_packages: whether it sees the packages of the Python that it is made with.
        always_copy: whether files of Python are copied into it; else they are linked where that is possible.
        present: whether it must be there; else it must not.

    Raises:
        OperationValueError: `path` is empty.

    **Example:**

    ```python
    from pyinfra.operations import pip

    pip.virtualenv(
        name="Make an environment for the app",
        path="/opt/app/venv",
        python="python3",
        venv=True,
    )
    ```
    """
    check_path(path, "path")
    exists = bool(host.get_fact(File, path=f"{path}/bin/activate"))
    if exists == present:
        host.noop(f"virtualenv {path} {'exists' if present else 'does not exist'}")
    elif present:
        folder = quote_path(path)
        make = StringCommand(*_command(python, venv, site_packages, always_copy), folder)
        yield making_environment(make, folder, quote_path(f"{path}/bin/activate"))
    else:
        yield RemoveEnvironmentCommand(quote_path(path))


def _command(
    python: str | None, venv: bool, site_packages: bool, always_copy: bool
) -> list[str | QuoteString]:
    command: list[str | QuoteString] = (
        [QuoteString(python or "python"), "-m venv"] if venv else ["virtualenv"]
    )
    if python and not venv:
        command += ["-p", QuoteString(python)]
    if site_packages:
        command.append("--system-site-packages")
    if always_copy:
        command.append("--copies" if venv else "--always-copy")
    return command


@operation()
def venv(
    path: str,
    python: str | None = None,
    site_packages: bool = False,
    always_copy: bool = False,
    present: bool = True,
) -> Generator[StringCommand, None, None]:
    """Make a virtual environment with Python's own `venv` module, or remove one.

    On Debian and Ubuntu the module is in the package `python3-venv`, and Python is called `python3`.

    Args:
        path: its folder.
        python: the Python that it is made with, such as `python3.12` or a path; None for `python`.
        site_packages: whether it sees the packages of the Python that it is made with.
        always_copy: whether files of Python are copied into it; else they are linked where that is possible.
        present: whether it must be there; else it must not.

    Raises:
        OperationValueError: `path` is empty.

    **Example:**

    ```python
    from pyinfra.operations import pip

    pip.venv(
        name="Make an environment for the app",
        path="/opt/app/venv",
        python="python3",
    )
    ```
    """
    yield from virtualenv._inner(
        path=path,
        python=python,
        venv=True,
        site_packages=site_packages,
        always_copy=always_copy,
        present=present,
    )
