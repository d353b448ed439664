"""This machine, in deploy code: other deploy files, and commands that run here."""

from __future__ import annotations

import logging
from typing import Any

from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.output import echo
from pyinfra.api.util import get_file_path
from pyinfra.context import ctx_host, ctx_state

logger = logging.getLogger("pyinfra")


def include(filename: str, data: dict[str, Any] | None = None) -> None:
    """Run another deploy file for the host at hand, in this one's place.

    Args:
        filename: its path, relative to the deploy's folder.
        data: default data for `host.data` while it runs.

    Raises:
        DeployError: it can't be read, or it raised.
    """
    from pyinfra._engine.deployfile import run_file

    state, host = ctx_state.get(), ctx_host.get()
    if state is None or host is None:
        raise PyinfraError("local.include was called outside of a deploy")
    path = get_file_path(state, filename)
    outer = host.current_deploy_data
    host.current_deploy_data = {**(outer or {}), **(data or {})}
    try:
        run_file(state, path)
    finally:
        host.current_deploy_data = outer


def shell(
    commands: str | list[str],
    splitlines: bool = False,
    ignore_errors: bool = False,
    print_output: bool = False,
    print_input: bool = False,
) -> Any:
    """Run commands on this machine, at once.

    Args:
        commands: a command line, or several.
        splitlines: whether to give lines instead of texts.
        ignore_errors: whether a failure is only logged.
        print_output: whether to echo their output.
        print_input: whether to echo the commands.

    Returns:
        What the command printed: a text or its lines; for several commands, a list of these.

    Raises:
        PyinfraError: a command failed.
    """
    from pyinfra.connectors.util import run_local_process

    several = not isinstance(commands, str)
    results: list[Any] = []
    for command in commands if several else [commands]:
        if print_input:
            echo(f">>> {command}")
        code, output = run_local_process(str(command), print_output=print_output)
        if code != 0:
            message = f"local command failed (exit code {code}): {command}: {output.stderr.strip()}"
            if not ignore_errors:
                raise PyinfraError(message)
            logger.warning("%s (ignored)", message)
        results.append(output.stdout_lines if splitlines else output.stdout)
    return results if several else results[0]
