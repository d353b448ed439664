"""Who follows a run: hook implementations and `BaseStateCallback` handlers, called by event."""
# ruff: noqa: PLW0108 - handlers may name their parameters as they like, so they are called by position

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyinfra.api.output import is_output_active

if TYPE_CHECKING:
    import pluggy

    from pyinfra.api.state import BaseStateCallback, State

logger = logging.getLogger("pyinfra")

Listener = Callable[..., Any]

NAMES = (
    "run_start",
    "run_end",
    "stage",
    "host_connecting",
    "host_connected",
    "host_connect_error",
    "host_disconnected",
    "fact_start",
    "fact_end",
    "operation_start",
    "operation_host_start",
    "operation_host_retry",
    "operation_host_end",
    "operation_end",
)


class Events:
    """The listeners of each event; one with none costs a look into a dict.

    Args:
        state: the run.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._listeners: dict[str, list[Listener]] = {}

    def listen(self, name: str, listener: Listener) -> None:
        """Call a function, with the event's arguments by name, at each event."""
        self._listeners.setdefault(name, []).append(listener)

    def listen_to_hooks(self, manager: pluggy.PluginManager) -> None:
        """Call the implementations of a plugin manager."""
        for name in NAMES:
            for implementation in getattr(manager.hook, f"pyinfra_{name}").get_hookimpls():
                self.listen(name, _PluginListener(implementation))

    def emit(self, name: str, **arguments: Any) -> None:
        """Tell of an event; a listener that raises is reported, and nothing else."""
        for listener in self._listeners.get(name, ()):
            try:
                listener(state=self._state, **arguments)
            except Exception as error:
                logger.warning(
                    "%s of %s failed: %s: %s",
                    listener if isinstance(listener, _PluginListener) else "an observer",
                    name,
                    type(error).__name__,
                    error,
                    exc_info=is_output_active() and logger.isEnabledFor(logging.DEBUG),
                )

    def follow(self, handler: type[BaseStateCallback] | BaseStateCallback) -> None:
        """Call a `BaseStateCallback`, as pyinfra 3 does."""
        self.listen("host_connecting", lambda state, host: handler.host_before_connect(state, host))
        self.listen("host_connected", lambda state, host: handler.host_connect(state, host))
        self.listen(
            "host_connect_error", lambda state, host, error: handler.host_connect_error(state, host, error)
        )
        self.listen("host_disconnected", lambda state, host: handler.host_disconnect(state, host))
        self.listen("operation_start", lambda state, op_hash: handler.operation_start(state, op_hash))
        self.listen(
            "operation_host_start",
            lambda state, host, op_hash: handler.operation_host_start(state, host, op_hash),
        )
        self.listen("operation_host_retry", handler.operation_host_retry)
        self.listen("operation_host_end", lambda **arguments: _host_end(handler, **arguments))
        self.listen("operation_end", lambda state, op_hash: handler.operation_end(state, op_hash))


class _PluginListener:
    """A hook implementation, called by itself: what it raises is told with the plugin's name."""

    def __init__(self, implementation: pluggy.HookImpl) -> None:
        self._implementation = implementation

    def __call__(self, **arguments: Any) -> None:
        self._implementation.function(*(arguments[name] for name in self._implementation.argnames))

    def __str__(self) -> str:
        return f"plugin {self._implementation.plugin_name}: its observer"


def _host_end(
    handler: type[BaseStateCallback] | BaseStateCallback,
    state: State,
    host: Any,
    op_hash: str,
    outcome: Any,
    retry_count: int,
    max_retries: int,
    error: str | None,  # noqa: ARG001 - pyinfra 3's callbacks are not told
) -> None:
    if outcome.value in ("failed", "unknown"):
        handler.operation_host_error(state, host, op_hash, retry_count, max_retries)
    else:
        handler.operation_host_success(state, host, op_hash, retry_count)
