"""Python functions as operations: code of this machine that runs in its turn among the others."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from pyinfra.api.command import FunctionCommand
from pyinfra.api.operation import operation


@operation(is_idempotent=False)
def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Generator[FunctionCommand, None, None]:
    """Call a function on this machine, once for each host, in a thread of its own.

    It may use `host` and `state`, ask for facts (always afresh) and call operations, which run at once.

    Args:
        function: the function; raising is its way to fail.
        *args: its positional arguments.
        **kwargs: its keyword arguments.

    Example:
        ```
        from pyinfra import host
        from pyinfra.facts.server import Hostname
        from pyinfra.operations import python


        def note():
            print(host.name, host.get_fact(Hostname))


        python.call(name="Note the host's own name", function=note)
        ```
    """
    yield FunctionCommand(function, args, kwargs)


@operation(is_idempotent=False)
def raise_exception(
    exception: type[Exception], *args: Any, **kwargs: Any
) -> Generator[FunctionCommand, None, None]:
    """Fail with an exception.

    Args:
        exception: the exception's class.
        *args: its positional arguments.
        **kwargs: its keyword arguments.

    Example:
        ```
        from pyinfra import host
        from pyinfra.api import DeployError
        from pyinfra.facts.server import LinuxName
        from pyinfra.operations import python

        python.raise_exception(
            DeployError,
            "this is no Debian",
            name="Stop on the wrong system",
            _if=lambda: host.get_fact(LinuxName) != "Debian",
        )
        ```
    """

    def raise_exc(*args: Any, **kwargs: Any) -> None:
        raise exception(*args, **kwargs)

    yield FunctionCommand(raise_exc, args, kwargs)
