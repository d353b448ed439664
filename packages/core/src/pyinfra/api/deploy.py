"""Deploys: functions that call operations, with default data and global arguments of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pyinfra.context import at_hand

from .arguments import pop_global_arguments
from .exceptions import PyinfraError

if TYPE_CHECKING:
    from .state import State

F = TypeVar("F", bound=Callable[..., Any])


def deploy(
    name: str | Callable[..., Any] | None = None, data_defaults: dict[str, Any] | None = None
) -> Callable[[F], F]:
    """Make a function a deploy, whose operations bear its name and share its global arguments.

    ```
    @deploy("Install nginx", data_defaults={"nginx_port": 80})
    def install_nginx():
        apt.packages(packages=["nginx"])

    install_nginx(_sudo=True)
    ```

    Args:
        name: the deploy's name; the function's by default.
        data_defaults: data for `host.data` where nothing else gives it.

    Returns:
        The decorator.
    """
    if callable(name):
        raise PyinfraError("@deploy takes arguments: write @deploy() or @deploy('its name')")

    def decorate(func: F) -> F:
        func.deploy_name = name or func.__name__  # type: ignore[attr-defined]
        func.deploy_data = data_defaults  # type: ignore[attr-defined]

        @wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            state, host = at_hand()
            if state is None or host is None:
                raise PyinfraError(
                    f"the deploy {func.__name__} was called outside of a deploy: use add_deploy"
                )
            arguments, _ = pop_global_arguments(state, host, kwargs)
            with host.deploy(name=func.deploy_name, kwargs=arguments, data=func.deploy_data):  # type: ignore[attr-defined]
                return func(*args, **kwargs)

        wrapper._inner = func  # type: ignore[attr-defined]
        return cast("F", wrapper)

    return decorate


def add_deploy(state: State, deploy_func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Add a deploy to a run, for each of its hosts.

    Args:
        state: the run.
        deploy_func: the deploy.
        *args: its arguments.
        **kwargs: its arguments, global arguments, and `host`: a host or hosts to add it for.
    """
    hosts = kwargs.pop("host", None)
    if hosts is None:
        hosts = [host for host in state.inventory.iter_active_hosts() if state.is_host_in_limit(host)]
    elif not isinstance(hosts, list | tuple | set):
        hosts = [hosts]
    state.engine.add(list(hosts), lambda: deploy_func(*args, **kwargs))


def add_deploy_file(state: State, filename: str, number: int = 0) -> None:
    """Add a deploy file to a run: it is run for each host, with a config of its own that ends with it.

    Args:
        state: the run.
        filename: the file's path.
        number: its place among the files of the run, which comes before line numbers in the order of operations.

    Raises:
        DeployError: it can't be read, is no Python, or raised; says where.
    """
    from pyinfra._engine.deployfile import compile_file, run_file

    compile_file(filename)
    hosts = [host for host in state.inventory.iter_active_hosts() if state.is_host_in_limit(host)]

    def run() -> None:
        state.cwd = state.cwd or str(Path(filename).resolve().parent)
        state.current_deploy_filename = filename
        state.current_op_file_number = number
        run_file(state, filename)

    state.engine.add(hosts, run)
