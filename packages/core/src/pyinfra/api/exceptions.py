"""Every error that pyinfra raises.

```
PyinfraError
├── ArgumentTypeError (TypeError)
├── ConfigError
├── ConnectError
│   └── ConnectionLostError        the connection broke while something ran on it
├── ConnectorDataTypeError (TypeError)
├── NoConnectorError (ValueError)
├── DeployError
├── FactError
│   ├── FactTypeError (TypeError)
│   ├── FactValueError (ValueError)
│   ├── FactProcessError (RuntimeError)
│   └── FactNotCollected           the fact could not be collected
│       ├── MissingCommandError    requires_command's binary is absent
│       └── FactPreconditionError  check_preconditions() is not satisfied
├── InventoryError
├── NoGroupError (KeyError)
├── NoHostError (KeyError)
├── OperationError
│   ├── OperationTypeError (TypeError)
│   ├── OperationValueError (ValueError)
│   └── NestedOperationError
├── PluginError
│   ├── PluginConflictError
│   └── PluginNotInstalledError (ModuleNotFoundError)
├── HostFailedError                this host takes no further part in the run
└── RunFailedError                 too many hosts failed for the run to go on
```
"""

from __future__ import annotations


class PyinfraError(Exception):
    """The base of every error that pyinfra raises on purpose.

    Attributes:
        pyinfra_location: file and line in deploy code that it comes from, where that is known.
        pyinfra_of_host: whether it concerns one host, so that the others go on.
    """

    pyinfra_location: tuple[str, int] | None = None
    pyinfra_of_host: bool = False


class ArgumentTypeError(PyinfraError, TypeError):
    """A global argument has a value of the wrong type."""


class ConfigError(PyinfraError):
    """A config key is unknown or has a value that it can't have, or a requirement is not met."""


class ConnectError(PyinfraError):
    """A host could not be connected to; the message says which step failed and what to do."""


class ConnectionLostError(ConnectError):
    """The connection broke after a command was sent: nobody can know whether it ran."""


class ConnectorDataTypeError(PyinfraError, TypeError):
    """A host's data for its connector has the wrong type."""


class NoConnectorError(PyinfraError, ValueError):
    """No installed plugin provides the connector that was asked for."""


class DeployError(PyinfraError):
    """A deploy can't go on; raised by deploy code."""


class FactError(PyinfraError):
    """A fact could not be told."""


class FactTypeError(FactError, TypeError):
    """A fact was given an argument of the wrong type."""


class FactValueError(FactError, ValueError):
    """A fact was given an argument with a value that it can't have."""


class FactProcessError(FactError, RuntimeError):
    """A fact's `process` could not make sense of the output."""


class FactNotCollected(FactError):  # noqa: N818 - the documented name
    """A fact could not be collected on this host, for a reason that is known."""


class MissingCommandError(FactNotCollected):
    """The binary named by a fact's `requires_command` is not on the host.

    Args:
        command: the binary's name.
    """

    def __init__(self, command: str) -> None:
        self.command = command
        super().__init__(f"the command {command!r} is not installed on the host")


class FactPreconditionError(FactNotCollected):
    """A fact's `check_preconditions` gave a reason why it can't be collected.

    Args:
        fact_cls: the fact's class.
        reason: what `check_preconditions` returned.
    """

    def __init__(self, fact_cls: type, reason: str) -> None:
        self.fact_cls = fact_cls
        self.reason = reason
        super().__init__(f"{getattr(fact_cls, 'name', fact_cls.__name__)}: {reason}")


class InventoryError(PyinfraError):
    """The inventory can't be used; the message says where and why."""


class NoGroupError(PyinfraError, KeyError):
    """The inventory has no such group."""

    __str__ = Exception.__str__


class NoHostError(PyinfraError, KeyError):
    """The inventory has no such host."""

    __str__ = Exception.__str__


class OperationError(PyinfraError):
    """An operation can't describe the state that was asked for."""


class OperationTypeError(OperationError, TypeError):
    """An operation was given an argument that it does not have, or one of the wrong type."""


class OperationValueError(OperationError, ValueError):
    """An operation was given a value outside its documented choices."""


class NestedOperationError(OperationError):
    """An operation was called inside another one without `_inner`."""


class PluginError(PyinfraError):
    """A plugin can't be used; the message names it, its distribution and the cause."""


class PluginConflictError(PluginError):
    """Two distributions provide one name."""


class PluginNotInstalledError(PluginError, ModuleNotFoundError):
    """No installed plugin provides a name; the message says what to install."""


class HostFailedError(PyinfraError):
    """A host failed and takes no further part in the run."""


class RunFailedError(PyinfraError):
    """Too many hosts have failed for the run to go on."""
