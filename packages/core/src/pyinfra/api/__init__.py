"""The documented API of pyinfra."""

from .command import (
    FileDownloadCommand,
    FileUploadCommand,
    FunctionCommand,
    HiddenValue,
    MaskString,
    QuoteString,
    RsyncCommand,
    StringCommand,
)
from .config import Config
from .deploy import deploy
from .exceptions import (
    DeployError,
    FactError,
    FactNotCollected,
    FactPreconditionError,
    FactProcessError,
    FactTypeError,
    FactValueError,
    InventoryError,
    MissingCommandError,
    OperationError,
    OperationTypeError,
    OperationValueError,
)
from .facts import FactBase, ShortFactBase
from .host import Host
from .inventory import Inventory
from .operation import operation
from .state import BaseStateCallback, State

__all__ = [
    "BaseStateCallback",
    "Config",
    "DeployError",
    "FactBase",
    "FactError",
    "FactNotCollected",
    "FactPreconditionError",
    "FactProcessError",
    "FactTypeError",
    "FactValueError",
    "FileDownloadCommand",
    "FileUploadCommand",
    "FunctionCommand",
    "HiddenValue",
    "Host",
    "Inventory",
    "InventoryError",
    "MaskString",
    "MissingCommandError",
    "OperationError",
    "OperationTypeError",
    "OperationValueError",
    "QuoteString",
    "RsyncCommand",
    "ShortFactBase",
    "State",
    "StringCommand",
    "deploy",
    "operation",
]
