"""A host to check a connector on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyinfra.api import Host


@contextlib.contextmanager
def connected_host(name: str, data: Mapping[str, Any] | None = None, **config: Any) -> Iterator[Host]:
    """Give a host, connected, and disconnect it in the end.

    Args:
        name: its name, as an inventory has it: `@rack/7`, or the name of an ssh host.
        data: its data.
        **config: config keys, such as `CONNECT_TIMEOUT=2`.

    Yields:
        The host.

    Raises:
        ConnectError: it can't be connected to.
        LookupError: the name stands for no host, or for several.
    """
    from pyinfra.api import Config, Inventory, State
    from pyinfra.api.connect import disconnect_all

    state = State(Inventory(([(name, dict(data or {}))], {})), Config(**config))
    hosts = list(state.inventory)
    if len(hosts) != 1:
        raise LookupError(f"{name} stands for {len(hosts)} hosts; name one")
    try:
        hosts[0].connect(show_errors=False, raise_exceptions=True)
        state.activate_host(hosts[0])
        yield hosts[0]
    finally:
        disconnect_all(state)
