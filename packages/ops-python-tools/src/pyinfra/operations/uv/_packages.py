"""Packages in an environment."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import StringCommand, operation
from pyinfra.facts.util.quoting import quote_path
from pyinfra.facts.uv import UvPipPackages
from pyinfra.operations.pip._arguments import extra_words
from pyinfra.operations.pip._changes import uv_changes
from pyinfra.operations.pip._requirements import read_packages, resolve
from pyinfra.operations.util.packaging import ensure_packages
from pyinfra.operations.util.tools import check_tool

from ._command import UvCommand, UvInstallCommand


@operation(report=uv_changes)
def packages(
    packages: str | list[str],
    *,
    requirements: str | None = None,
    present: bool = True,
    latest: bool = False,
    extra_args: str | list[str] | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages with `uv pip`.

    They go into the environment that uv finds: the one that `VIRTUAL_ENV` names (give it with `_env`), or `.venv` in
    the folder that uv runs in (`_chdir`) or above it. What a requirements file names is installed on every run.

    Args:
        packages: requirements (`requests`, `django>=4.2,<5`, `app[postgres]==1.2`, `app @ https://…/app.whl`), paths
            or URLs on the host, or one of them; an empty list for none.
        requirements: path on the host, or URL, of a requirements file to install or remove as well.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed, and for which no version is named, must be upgraded. uv is run on
            every run then, since only it knows what is newer.
        extra_args: further options for `uv pip install` or `uninstall`, as words of a command line or one by one.

    Raises:
        OperationError: the host has no uv.
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty or an option; what is to be removed has no name; quotes in `extra_args` are
            not closed.

    **Example:**

    ```python
    from pyinfra.operations import uv

    uv.packages(
        name="Install the app's packages",
        packages=["flask>=3,<4", "gunicorn"],
        _env={"VIRTUAL_ENV": "/opt/app/venv"},
    )
    ```
    """
    wanted = read_packages(packages, present)
    extra = extra_words(extra_args, "extra_args")
    install = f"uv pip install --no-progress {extra}"
    upgrade = f"uv pip install --upgrade --no-progress {extra}"
    remove = f"uv pip uninstall --no-progress {extra}"
    kind = UvInstallCommand if present else UvCommand
    if requirements is not None:
        command = (upgrade if latest else install) if present else remove
        yield kind(command, "-r", quote_path(requirements))
    if wanted:
        installed = host.get_fact(UvPipPackages)
        if not installed:
            check_tool(state, host, "uv")
        resolved, current = resolve(wanted, installed)
        commands = ensure_packages(
            host, resolved, current, present, install, remove, latest=latest, upgrade_command=upgrade
        )
        yield from map(kind, commands)
    elif requirements is None:
        host.noop("neither packages nor requirements requested to be (un)installed")
