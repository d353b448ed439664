"""The ssh connector: reaches hosts over ssh."""

from . import _paramiko as _paramiko  # isort: skip - before paramiko is imported
from ._connector import SSHConnector
from ._data import ConnectorData, connector_data_meta

__all__ = ["ConnectorData", "SSHConnector", "connector_data_meta"]
