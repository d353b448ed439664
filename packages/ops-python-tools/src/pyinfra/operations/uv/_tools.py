"""Tools that uv keeps in environments of their own."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import StringCommand, operation
from pyinfra.facts.server import Path
from pyinfra.facts.uv import UvToolBinDir, UvToolDir, UvTools
from pyinfra.operations.pip._arguments import extra_words
from pyinfra.operations.pip._changes import uv_changes
from pyinfra.operations.pip._requirements import by_name, read_packages, resolve
from pyinfra.operations.util.packaging import ensure_packages
from pyinfra.operations.util.tools import check_tool

from ._command import UpdateShellCommand, UvCommand


@operation(report=uv_changes)
def tools(
    tools: str | list[str],
    *,
    present: bool = True,
    latest: bool = False,
    extra_args: str | list[str] | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove tools with `uv tool`, for the user that it runs as.

    Args:
        tools: requirements (`ruff`, `ruff==0.14.4`, `app @ https://…/app.whl`), or one.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed, and for which no version is named, must be upgraded. uv is run on
            every run then, since only it knows what is newer.
        extra_args: further options for `uv tool install` or `uninstall`, as words of a command line or one by one.

    Raises:
        OperationError: the host has no uv.
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty or an option; what is to be removed has no name; quotes in `extra_args` are
            not closed.

    **Example:**

    ```python
    from pyinfra.operations import uv

    uv.tools(
        name="Install ruff",
        tools=["ruff==0.14.4"],
    )
    ```
    """
    wanted = read_packages(tools, present, "tools")
    extra = extra_words(extra_args, "extra_args")
    if not wanted:
        host.noop("no tools requested to be (un)installed")
        return
    installed = host.get_fact(UvTools)
    if not installed:
        check_tool(state, host, "uv")
    resolved, current = resolve(wanted, installed)
    for package in resolved:
        commands = ensure_packages(
            host,
            [package if present else by_name(package)],
            current,
            present,
            f"uv tool install --no-progress {extra}",
            f"uv tool uninstall --no-progress {extra}",
            latest=latest,
            upgrade_command=f"uv tool install --upgrade --no-progress {extra}",
        )
        yield from map(UvCommand, commands)


@operation(is_idempotent=False, report=uv_changes)
def tools_upgrade_all(*, extra_args: str | list[str] | None = None) -> Generator[StringCommand, None, None]:
    """Upgrade all tools that uv installed for the user, as far as the versions that were asked for allow.

    Args:
        extra_args: further options for `uv tool upgrade`, as words of a command line or one by one.

    Raises:
        OperationTypeError: an option is no str.
        OperationValueError: quotes in `extra_args` are not closed.

    **Example:**

    ```python
    from pyinfra.operations import uv

    uv.tools_upgrade_all(name="Upgrade what uv installed")
    ```
    """
    extra = extra_words(extra_args, "extra_args")
    yield UvCommand("uv tool upgrade --all", *([extra] if extra else []))


@operation()
def tools_update_shell() -> Generator[StringCommand, None, None]:
    """Have the user's shells look for commands in the folder where uv puts those of tools.

    uv writes that to the shells' start-up files. Where the shell that pyinfra runs does not read those, uv is run
    again on the next run, which changes no more. A preview only tells that it may be run.

    **Example:**

    ```python
    from pyinfra.operations import uv

    uv.tools_update_shell(name="Have uv's tools in the path")
    ```
    """
    folders = {host.get_fact(UvToolDir), host.get_fact(UvToolBinDir) if state.is_executing else ""}
    if any(folders & set((host.get_fact(Path) or "").split(":"))):
        host.noop("uv bin dir is already in the PATH")
    else:
        yield UpdateShellCommand("uv tool update-shell")
