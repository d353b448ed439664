"""Connecting to hosts and disconnecting from them."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from pyinfra.api.exceptions import ConnectError, PyinfraError

if TYPE_CHECKING:
    from pyinfra.api.host import Host

    from .engine import Engine

logger = logging.getLogger("pyinfra")


class Connections:
    """The connections of one run.

    Args:
        engine: the run's engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = engine.state

    def connect_all(self) -> None:
        """Connect to all hosts that the limit lets take part."""
        state = self._state
        hosts = [host for host in state.inventory if state.is_host_in_limit(host)]
        for host in hosts:
            state.activate_host(host)
        tasks = self._engine.for_each(
            hosts, lambda host: host.connect(show_errors=False, raise_exceptions=True), state.config.PARALLEL
        )
        failed = []
        for host, task in tasks.items():
            error = task.finished.error
            if isinstance(error, ConnectError):
                failed.append(host)
            elif error is not None:
                raise error
            elif not host.connected:
                # Tests of others put something of theirs in place of `Host.connect`.
                failed.append(host)
        state.fail_hosts(failed, activated_count=len(hosts))

    def connect(self, host: Host, reason: str | None) -> None:
        """Connect to a host; raises ConnectError."""
        engine = self._engine
        engine.events.emit("host_connecting", host=host)
        if reason:
            logger.info("%sconnecting %s", host.print_prefix, reason)
        try:
            self._connect(host)
        except ConnectError as error:
            engine.events.emit("host_connect_error", host=host, error=error)
            raise
        host.connected = True
        engine.new_generation()
        engine.events.emit("host_connected", host=host)

    def _connect(self, host: Host) -> None:
        try:
            self._engine.call(host, host.connector.connect)
        except PyinfraError:
            raise
        except Exception as error:
            # A connector's fault, or what its library raises for this host's data: no reason to leave the others.
            logger.debug("%s%s", host.print_prefix, error, exc_info=error)
            cause = next(iter(str(error).splitlines()), "")
            name = type(host.connector).__name__
            raise ConnectError(f"{name} failed with {type(error).__name__}: {cause}") from error

    def disconnect_all(self) -> None:
        """Disconnect from all hosts."""
        hosts = [host for host in self._state.inventory.iter_activated_hosts() if host.connected]
        for host, task in self._engine.for_each(hosts, self.disconnect).items():
            if task.finished.error is not None:
                logger.warning("%sdisconnecting: %s", host.print_prefix, task.finished.error)

    def disconnect(self, host: Host) -> None:
        """Disconnect from a host."""
        from pyinfra.connectors.util import clean_up

        if not host.connected:
            return

        def close() -> None:
            try:
                clean_up(host)
            finally:
                host.connector.disconnect()

        try:
            self._engine.call(host, close)
        finally:
            host.connected = False
            self._engine.events.emit("host_disconnected", host=host)

    def abandon(self, seconds: float) -> None:
        """Break all connections without waiting for what runs on them; see `Engine.abandon`."""
        closing = [
            threading.Thread(target=host.connector.disconnect, daemon=True)
            for host in self._state.inventory.iter_activated_hosts()
            if host.connected
        ]
        for host in self._state.inventory:
            host.connected = False
        for thread in closing:
            thread.start()
        deadline = time.monotonic() + seconds
        for thread in closing:
            thread.join(max(0.0, deadline - time.monotonic()))
