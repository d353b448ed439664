"""The connector that runs nothing."""

from ._connector import FakeConnector, FakeConnectorData

__all__ = ["FakeConnector", "FakeConnectorData"]
