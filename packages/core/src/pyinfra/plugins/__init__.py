"""Plugins: how core finds facts, operations and connectors, and what they may hook into."""

from ._distributions import Plugin
from ._registry import (
    Registry,
    connector_names,
    find_connector,
    find_fact,
    find_operation,
    project_links,
    registry,
)

__all__ = [
    "Plugin",
    "Registry",
    "connector_names",
    "find_connector",
    "find_fact",
    "find_operation",
    "project_links",
    "registry",
]
