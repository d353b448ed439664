"""Commands that wait for their turn at apt's and dpkg's locks, and `apt-get` commands that ask nothing."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from pyinfra import logger
from pyinfra.api import Host, OperationError, OperationValueError, StringCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput

# Host data: how many seconds to wait for another apt or dpkg.
LOCK_TIMEOUT_DATA = "apt_lock_timeout"
LOCK_TIMEOUT = 600.0
LOCK_POLL = 2.0

# What apt and dpkg say is translated, the paths in it and dpkg's address of an explanation are not.
_LOCK_LINE = re.compile(
    r"E: .*(/var/lib/dpkg/lock|/var/lib/apt/lists/lock|/var/cache/apt/archives/lock)"
    r"|dpkg: .*(lock was locked by|database is locked by)|.*wiki\.debian\.org/Teams/Dpkg/FAQ#db-lock"
)
# An errno other than EAGAIN: the lock could not be opened, so waiting for it is in vain.
_OTHER_ERROR = re.compile(r"\((?!11:)\d+:")


def lock_holder(output: CommandOutput) -> str | None:
    """Tell from a failed command's output whether it failed because a lock was held.

    Args:
        output: what `apt-get` or `dpkg` printed.

    Returns:
        The first line that says so; None where it failed for another reason.
    """
    lines = [line for line in output.stderr_lines if _LOCK_LINE.match(line)]
    if not lines or any(_OTHER_ERROR.search(line) for line in lines):
        return None
    return lines[0].removeprefix("E: ").strip()


class LockedCommand(StringCommand):
    """A command that takes apt's or dpkg's lock, and is run again for as long as another process holds it."""

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        limit = _lock_timeout(host, connector_arguments)
        end = time.monotonic() + limit
        waiting = False
        while True:
            done, output = super().execute(state, host, connector_arguments)
            holder = None if done else lock_holder(output)
            if holder is None:
                return done, output
            if time.monotonic() >= end:
                raise OperationError(
                    f"{host.name}: another process has held the lock for {limit:g} seconds: {holder} End it, or set "
                    f"the host data {LOCK_TIMEOUT_DATA} to wait longer."
                )
            if not waiting:
                logger.warning("%swaiting up to %g seconds: %s", host.print_prefix, limit, holder)
                waiting = True
            host.run_shell_command(StringCommand("sleep", LOCK_POLL))


def _lock_timeout(host: Host, connector_arguments: ConnectorArguments) -> float:
    """How long to wait, in seconds: what the host's data says, but no longer than a command may run."""
    limit: Any = host.data.get(LOCK_TIMEOUT_DATA, LOCK_TIMEOUT)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 0:
        raise OperationValueError(f"{LOCK_TIMEOUT_DATA} must be a number of seconds, not {limit!r}")
    timeout = connector_arguments.get("_timeout")
    return min(float(limit), float(timeout)) if timeout else float(limit)


class UpdateCommand(LockedCommand):
    """An `apt-get update`, which fails where an index could not be fetched; apt itself only warns of that."""

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        # Its warnings are read below, so they must not be translated; it runs no package's scripts.
        arguments: Any = dict(connector_arguments)
        arguments["_env"] = {**(arguments.get("_env") or {}), "LC_ALL": "C"}
        done, output = super().execute(state, host, arguments)
        lost = [line for line in output.stderr_lines if line.startswith("W: Failed to fetch ")]
        if done and any(
            line.startswith("W: Some index files failed to download") for line in output.stderr_lines
        ):
            what = lost[0].removeprefix("W: ") if lost else "some index files failed to download"
            raise OperationError(
                f"{host.name}: apt-get update is not complete: {what}. Correct or remove that source of packages, or "
                "use _ignore_errors=True to go on with the old index."
            )
        return done, output
