"""Module streams."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.dnf import DnfDisabledModules, DnfEnabledModules

from ._arguments import check_word


@operation()
def module(
    module: str, stream: str | None = None, enabled: bool = True
) -> Generator[StringCommand, None, None]:
    """Enable a stream of a module, or disable a module.

    dnf refuses to enable a stream where another one of the module is enabled, unless it is configured to switch
    (`module_stream_switch`).

    Args:
        module: the module's name, such as `postgresql`.
        stream: the stream, such as `16`; needed to enable, and without effect otherwise.
        enabled: whether the stream must be enabled; else the module must be disabled, with all its streams.

    Raises:
        OperationTypeError: a name is no str.
        OperationValueError: `module` is empty or would be taken for an option, or `stream` is missing.

    **Example:**

    ```python
    from pyinfra.operations import dnf

    dnf.module(
        name="Have PostgreSQL 16",
        module="postgresql",
        stream="16",
        _sudo=True,
    )
    ```
    """
    check_word(module, "module", "the name of a module")
    if not enabled:
        if module in host.get_fact(DnfDisabledModules):
            host.noop(f"dnf module {module} is already disabled")
        else:
            yield StringCommand("dnf module disable -y", QuoteString(module))
        return
    if not stream:
        raise OperationValueError("stream is required when enabled=True")
    if host.get_fact(DnfEnabledModules).get(module) == stream:
        host.noop(f"dnf module {module}:{stream} is already enabled")
    else:
        yield StringCommand("dnf module enable -y", QuoteString(f"{module}:{stream}"))
