"""The operation on services, whichever init system the host has."""

from __future__ import annotations

from collections.abc import Generator
from inspect import signature
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, operation
from pyinfra.facts.files import Directory, Link
from pyinfra.facts.server import Os, Which
from pyinfra.operations.util.service import check_service_name
from pyinfra.plugins import find_operation

# The command that each init system is known by, the more specific ones first.
COMMANDS = {"systemctl": "systemd", "rc-service": "openrc", "initctl": "upstart", "sv": "runit"}
RC_D_SYSTEMS = ("FreeBSD", "NetBSD", "OpenBSD", "DragonFly")


@operation()
def service(
    service: str,
    running: bool = True,
    restarted: bool = False,
    reloaded: bool = False,
    command: str | None = None,
    enabled: bool | None = None,
) -> Generator[Any, None, None]:
    """Have a service running or stopped, and started at boot or not, on any init system.

    The init system is told from the commands and directories that the host has: systemd, OpenRC, upstart,
    runit, SysV init, launchd or BSD init. Its own operation (such as `systemd.service`) does the work, and has
    to be installed.

    Args:
        service: the service's name.
        running: whether it should run.
        restarted: whether to restart it, if it runs.
        reloaded: whether to reload it, if it runs.
        command: another word to give the init system's tool, such as `force-reload`.
        enabled: whether it should be started at boot; None for no change.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: the name is empty, or none that the init system can have.
        OperationError: the host has no init system that is known, or one that has no such thing as was asked for.
        PluginError: the init system's operation is not installed; the message names the package.

    Example:
        ```
        from pyinfra.operations import server

        server.service(
            name="Have nginx running, now and after a boot",
            service="nginx",
            running=True,
            enabled=True,
        )
        ```
    """
    check_service_name(service)
    init_system = _init_system()
    manage = find_operation(init_system, "service")
    wanted = {"reloaded": reloaded, "enabled": enabled}
    not_wanted = {"reloaded": False, "enabled": None}
    for name in sorted(wanted.keys() - signature(manage._inner).parameters.keys()):
        if wanted.pop(name) is not not_wanted[name]:
            raise OperationError(f"{name} is not possible with {init_system}, the init system of this host")
    yield from manage._inner(service=service, running=running, restarted=restarted, command=command, **wanted)


def _init_system() -> str:
    for tool, init_system in COMMANDS.items():
        if host.get_fact(Which, command=tool):
            return init_system
    system_os = host.get_fact(Os)
    if system_os == "Darwin":
        return "launchd"
    # These have a `service` command too, which is one of BSD's.
    if system_os not in RC_D_SYSTEMS and (
        host.get_fact(Which, command="service")
        or host.get_fact(Link, path="/etc/init.d")
        or host.get_fact(Directory, path="/etc/init.d")
    ):
        return "sysvinit"
    if host.get_fact(Directory, path="/etc/rc.d"):
        return "bsdinit"
    raise OperationError("No init system found (no systemctl, initctl, /etc/init.d or /etc/rc.d found)")
