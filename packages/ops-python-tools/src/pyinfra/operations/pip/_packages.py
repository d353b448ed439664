"""Packages in an environment."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Generator, Iterable
from typing import Any

from pyinfra import host, state
from pyinfra.api import OperationValueError, StringCommand, operation
from pyinfra.facts.files import File
from pyinfra.facts.pip import PipPackages
from pyinfra.facts.pip._command import quote_words
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.packaging import ensure_packages
from pyinfra.operations.util.tools import check_tool

from ._arguments import check_path, extra_words
from ._changes import pip_changes
from ._half_way import UninstallCommand, installing
from ._requirements import read_packages, resolve
from ._virtualenv import virtualenv as make_virtualenv


@operation(report=pip_changes)
def packages(
    packages: str | list[str] | None = None,
    present: bool = True,
    latest: bool = False,
    requirements: str | None = None,
    pip: str = "pip",
    virtualenv: str | None = None,
    virtualenv_kwargs: dict | None = None,  # type: ignore[type-arg]
    extra_install_args: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages with pip.

    What has no name and version that pip can tell, a URL of a repository for instance, is installed on every run; so
    is what a requirements file names. A package that is installed counts, whichever of its extras were asked for.

    Args:
        packages: requirements (`requests`, `django>=4.2,<5`, `app[postgres]==1.2`, `app @ https://…/app.whl`), paths
            or URLs on the host, or one of them.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed, and for which no version is named, must be upgraded. pip is run on
            every run then, since only it knows what is newer.
        requirements: path on the host, or URL, of a requirements file to install or remove as well.
        pip: the pip to run, as words of a command; with `virtualenv`, a program in the environment's `bin`.
        virtualenv: the folder of the environment to install into, which is made where it is missing; None for the
            environment of `pip`.
        virtualenv_kwargs: how the environment is made: arguments of `pip.virtualenv`.
        extra_install_args: further options for `pip install`, as words of a command line.

    Raises:
        OperationError: the host has no such pip.
        OperationTypeError: a name is no str.
        OperationValueError: a name is empty or an option; what is to be removed has no name; `virtualenv_kwargs` holds
            something else than arguments of `pip.virtualenv`; quotes in words of a command are not closed.

    **Example:**

    ```python
    from pyinfra.operations import pip

    pip.packages(
        name="Install the app's packages",
        packages=["flask>=3,<4", "gunicorn"],
        virtualenv="/opt/app/venv",
        virtualenv_kwargs={"python": "python3", "venv": True},
    )
    ```
    """
    wanted = read_packages(packages, present)
    program = quote_words(pip.strip(), "pip", OperationValueError)
    if not program or program.startswith("-"):
        raise OperationValueError(f"pip must be words of a command, not {pip!r}")
    extra = extra_words(extra_install_args, "extra_install_args")
    if virtualenv is not None:
        check_path(virtualenv, "virtualenv")
        arguments = _check_arguments(virtualenv_kwargs)
        if not present and not host.get_fact(File, path=f"{virtualenv}/bin/activate"):
            host.noop(f"virtualenv {virtualenv} does not exist")
            return
        yield from make_virtualenv._inner(path=virtualenv, **arguments)
        program = StringCommand(quote_path(virtualenv), "/bin/", program, _separator="").get_raw_value()
    install = " ".join(word for word in (program, "install", extra) if word)
    upgrade = " ".join(word for word in (program, "install", extra, "--upgrade") if word)
    remove = f"{program} uninstall --yes"
    if requirements is not None:
        command = (upgrade if latest else install) if present else remove
        yield from _whole([StringCommand(command, "-r", quote_path(requirements))], present, program)
    if wanted:
        installed = host.get_fact(PipPackages, pip=program)
        if not installed:
            check_tool(state, host, shlex.split(program)[0])
        resolved, current = resolve(wanted, installed)
        commands = ensure_packages(
            host, resolved, current, present, install, remove, latest=latest, upgrade_command=upgrade
        )
        yield from _whole(commands, present, program)
    elif requirements is None:
        host.noop("neither packages nor requirements were named")


def _whole(
    commands: Iterable[StringCommand], present: bool, program: str
) -> Generator[StringCommand, None, None]:
    """Have commands of pip install or remove packages whole, or fail."""
    python = StringCommand(program, "debug | sed -n 's/^sys.executable: //p'")
    for command in commands:
        yield installing(command, python) if present else UninstallCommand(command)


def _check_arguments(arguments: dict[str, Any] | None) -> dict[str, Any]:
    known = [name for name in inspect.signature(make_virtualenv._inner).parameters if name != "path"]
    for name in arguments or ():
        if name not in known or name == "present":
            known.remove("present")
            raise OperationValueError(
                f"virtualenv_kwargs must be arguments of pip.virtualenv ({', '.join(known)}), not {name!r}"
            )
    return dict(arguments or {})
