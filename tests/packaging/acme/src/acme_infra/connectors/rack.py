"""Hosts in a rack of ACME's: all of them are this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyinfra.connectors.local import LocalConnector


class RackConnector(LocalConnector):
    """Runs commands on this machine, under the names of a rack."""

    @staticmethod
    def make_names_data(name: str | None = None) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        yield f"@acme/{name}", {"rack": name}, ["@acme"]
