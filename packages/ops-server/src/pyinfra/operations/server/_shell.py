"""Operations that run what the caller wrote: commands and scripts."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Sequence
from typing import IO, Any

from pyinfra import host, state
from pyinfra.api import OperationTypeError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import CleaningCommand

# Makes a script's name on the host one that nobody there can have guessed and filled; one a process, so that prepare
# and execute ask for the same facts.
_TOKEN = secrets.token_hex(16)


@operation(is_idempotent=False)
def shell(
    commands: str | StringCommand | Sequence[str | StringCommand],
) -> Generator[StringCommand, None, None]:
    """Run shell commands, one after the other, on every run.

    Args:
        commands: a command, or a list of commands, each run by a shell of its own. They are run as they are
            written: values from elsewhere have to be quoted (`StringCommand` with `QuoteString` does that).

    Example:
        ```
        from pyinfra.operations import server

        server.shell(
            name="Run lxd auto init",
            commands=["lxd init --auto"],
        )
        ```
    """
    several = (
        list(commands) if isinstance(commands, Sequence) and not isinstance(commands, str) else [commands]
    )
    for command in several:
        if not isinstance(command, str | StringCommand):
            raise OperationTypeError(f"commands must be shell commands (str), not {type(command).__name__}")
    if not several:
        host.noop("there are no commands to run")
    for command in several:
        yield StringCommand(command)


@operation(is_idempotent=False)
def script(
    src: str | IO[Any], args: Sequence[Any] = []
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Upload a script and run it, on every run. It is removed from the host afterwards.

    Args:
        src: the script: a local path, relative to the deploy's folder, or an IO to read it from.
        args: arguments for the script, each given to it as one word.

    Raises:
        OperationTypeError: `args` is no list.

    Example:
        ```
        from pyinfra.operations import server

        server.script(
            name="Say hello",
            src="files/hello.sh",
            args=["--to", "the whole world"],
        )
        ```
    """
    _check_args(args)
    temp_file = host.get_temp_filename(f"{_TOKEN} {state.cwd}{src}")
    yield from files.put._inner(src=src, dest=temp_file)
    yield from _run(temp_file, args)


@operation(is_idempotent=False)
def script_template(
    src: str | IO[Any], args: Sequence[Any] = [], **data: Any
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Render a Jinja2 template to a script, upload it and run it, on every run. It is removed afterwards.

    Args:
        src: the template: a local path, relative to the deploy's folder, or an IO to read it from.
        args: arguments for the script, each given to it as one word.
        **data: variables for the template.

    Raises:
        OperationTypeError: `args` is no list.

    Example:
        ```
        from pyinfra.operations import server

        server.script_template(
            name="Say hello from a template",
            src="templates/hello.sh.j2",
            greeting="hello",
        )
        ```
    """
    _check_args(args)
    temp_file = host.get_temp_filename(f"{_TOKEN} {state.cwd}{src}{sorted(data)}")
    yield from files.template._inner(src, temp_file, **data)
    yield from _run(temp_file, args)


def _check_args(args: object) -> None:
    if isinstance(args, str) or not isinstance(args, Sequence):
        raise OperationTypeError(f"args must be a list of arguments, not {args!r}")


def _run(path: str, args: Sequence[Any]) -> Generator[StringCommand, None, None]:
    script = QuoteString(path)
    remove = StringCommand("rm", "-f", script)
    yield CleaningCommand(StringCommand("chmod", "+x", script), remove, only_on_failure=True)
    yield CleaningCommand(StringCommand(script, *(QuoteString(arg) for arg in args)), remove)
