"""Commands that wait for their turn at apt's and dpkg's locks, and `apt-get` commands that ask nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pyinfra import logger
from pyinfra.api import Host, OperationError, OperationValueError, QuoteString, StringCommand
from typing_extensions import override

from ._locks import HeldLock, held_lock

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput

# Host data: how many seconds to wait for another apt or dpkg.
LOCK_TIMEOUT_DATA = "apt_lock_timeout"
LOCK_TIMEOUT = 600.0
LOCK_POLL = 2.0
# The file that apt's own periodic jobs touch after an update.
UPDATE_STAMP = "/var/lib/apt/periodic/update-success-stamp"
# How often to say that it is still waited, in seconds.
REMIND_EVERY = 60.0


class LockedCommand(StringCommand):
    """A command that takes apt's or dpkg's lock, and is run again for as long as another process holds it."""

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        wait = _Wait(host, _lock_timeout(host, connector_arguments))
        arguments = _in_english(connector_arguments)
        while True:
            done, output = super().execute(state, host, arguments)
            lock = None if done else held_lock(output)
            if lock is None:
                return done, output
            wait.wait_for(lock)


class _Wait:
    """The wait of one command for locks.

    Args:
        host: the host.
        limit: for how long, in seconds.
    """

    def __init__(self, host: Host, limit: float) -> None:
        self._host = host
        self._limit = limit
        self._start = time.monotonic()
        self._line: str | None = None
        self._lock: HeldLock | None = None
        self._told = self._start

    def wait_for(self, lock: HeldLock) -> None:
        """Wait a little for a lock, and say for whose, when that is news or a while ago.

        Args:
            lock: the lock.

        Raises:
            OperationError: there is no time left.
        """
        now = time.monotonic()
        known = self._lock if self._line == lock.line and now - self._told < REMIND_EVERY else None
        lock, self._line = known or lock.find_holder(self._host), lock.line
        where = " or ".join(lock.paths)
        if now >= self._start + self._limit:
            raise OperationError(
                f"{self._host.name}: another process has held the lock for {self._limit:g} seconds: {lock.holder} "
                f"holds {where}. Wait for it or end it, or set the host data {LOCK_TIMEOUT_DATA} to wait longer."
            )
        if known is None:
            left = self._start + self._limit - now
            logger.warning(
                "%swaiting up to %.0f seconds for %s, which holds %s",
                self._host.print_prefix,
                left,
                lock.holder,
                where,
            )
            self._told, self._lock = now, lock
        self._host.run_shell_command(StringCommand("sleep", LOCK_POLL))


def _in_english(connector_arguments: ConnectorArguments) -> Any:
    """Have messages in English, to be read, and nothing else: packages' scripts see the host's locale as it is."""
    arguments: Any = dict(connector_arguments)
    arguments["_env"] = {"LANGUAGE": "en", **(arguments.get("_env") or {})}
    return arguments


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
        started = time.monotonic()
        done, output = super().execute(state, host, arguments)
        incomplete = any(
            line.startswith("W: Some index files failed to download") for line in output.stderr_lines
        )
        if not done or incomplete:
            self._forget_success(host, arguments, time.monotonic() - started)
        if done and incomplete:
            lost = [line for line in output.stderr_lines if line.startswith("W: Failed to fetch ")]
            what = lost[0].removeprefix("W: ") if lost else "some index files failed to download"
            raise OperationError(
                f"{host.name}: apt-get update is not complete: {what}. Correct or remove that source of packages, or "
                "use _ignore_errors=True to go on with the old index."
            )
        return done, output

    def _forget_success(self, host: Host, arguments: Any, seconds: float) -> None:
        """Have the next run not take this update for one that succeeded.

        Ubuntu touches the stamp after each update in which any part of the index could be fetched.
        """
        since = QuoteString(f"-{int(seconds) + 1} seconds")
        host.run_shell_command(StringCommand("find", UPDATE_STAMP, "-newermt", since, "-delete"), **arguments)
