"""The connectors that are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .exceptions import NoConnectorError, PluginError

if TYPE_CHECKING:
    from pyinfra.connectors.base import BaseConnector


def get_connector(name: str) -> type[BaseConnector]:
    """Give a connector's class.

    Args:
        name: its name, such as `ssh`.

    Returns:
        The class.

    Raises:
        NoConnectorError: no plugin provides it, or the one that does can't be used.
    """
    from pyinfra.plugins import find_connector

    try:
        return find_connector(name)
    except PluginError as error:
        raise NoConnectorError(str(error)) from error


def get_all_connectors() -> dict[str, type[BaseConnector]]:
    """Give every connector that can be loaded, by name."""
    from pyinfra.plugins import connector_names

    found = {}
    for name in connector_names():
        try:
            found[name] = get_connector(name)
        except NoConnectorError:
            continue
    return found


def get_execution_connectors() -> dict[str, type[BaseConnector]]:
    """Give the connectors that hosts can be worked on with."""
    return {name: cls for name, cls in get_all_connectors().items() if cls.handles_execution}


def get_execution_connector(name: str) -> type[BaseConnector]:
    """Give a connector that hosts can be worked on with; raises NoConnectorError."""
    connector = get_connector(name)
    if not connector.handles_execution:
        raise NoConnectorError(f"@{name} lists hosts; it does not run commands on them")
    return connector
