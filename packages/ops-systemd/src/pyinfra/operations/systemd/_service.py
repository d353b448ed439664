"""The state of a unit."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra import host, state
from pyinfra.api import OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.systemd import SystemdEnabled, SystemdStatus
from pyinfra.facts.systemd._systemctl import systemctl
from pyinfra.facts.systemd._units import GLOB
from pyinfra.operations.util.service import (
    check_service_name,
    check_switch,
    end_of_options,
    handle_service_control,
)
from pyinfra.operations.util.tools import check_tool
from pyinfra.operations.util.undoing import UndoingCommand

from ._daemon_reload import check_manager
from ._daemon_reload import daemon_reload as reload_units

# The types of units that systemd.unit(5) lists.
UNIT_TYPES = (
    "automount",
    "device",
    "mount",
    "path",
    "scope",
    "service",
    "slice",
    "socket",
    "swap",
    "target",
    "timer",
)


@operation()
def service(
    service: str,
    running: bool | None = True,
    restarted: bool = False,
    reloaded: bool = False,
    command: str | None = None,
    enabled: bool | None = None,
    daemon_reload: bool = False,
    user_mode: bool = False,
    machine: str | None = None,
    user_name: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Manage the state of a systemd unit.

    A template unit's instance is `name@instance`. A unit that systemd makes of something else (`generated`,
    `transient`) never counts as enabled.

    Args:
        service: the unit's name; without a unit type such as `.timer` or `.socket` at its end, a `.service`.
        running: whether the unit must be active; None for no change.
        restarted: whether to restart it if it is active.
        reloaded: whether to reload it if it is active.
        command: a further command of `systemctl` to run on the unit.
        enabled: whether it must start at boot; None for no change. A static unit counts as enabled, and is not to be
            disabled: it has nothing that would start it by itself.
        daemon_reload: whether to have systemd read its unit files again first.
        user_mode: whether it is one of the user's own units.
        machine: the local container it is in.
        user_name: whose unit it is; without a machine, a user of this host.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: a name is empty, or the unit's is a pattern, or the quotes in `command` are not closed.
        OperationError: the host has no systemd.

    Example:
        ```
        from pyinfra.operations import systemd

        systemd.service(
            name="Run dnsmasq, now and at boot",
            service="dnsmasq.service",
            running=True,
            enabled=True,
            _sudo=True,
        )
        ```
    """
    check_service_name(service)
    check_switch("running", running)
    check_switch("enabled", enabled)
    if GLOB.search(service):
        raise OperationValueError(f"service must be the name of one unit, not the pattern {service!r}")
    unit = _unit_name(service)
    check_manager(machine, user_name)
    base = systemctl(user_mode, machine, user_name)
    asked: dict[str, Any] = {
        "user_mode": user_mode,
        "machine": machine,
        "user_name": user_name,
        "services": [unit],
    }
    statuses = host.get_fact(SystemdStatus, **asked)
    if not statuses:
        check_tool(state, host, "systemctl")
    switch = [] if enabled is None else list(_enable(unit, enabled, asked))

    if daemon_reload:
        yield from reload_units._inner(user_mode=user_mode, machine=machine, user_name=user_name)

    for control in handle_service_control(
        host,
        unit,
        statuses,
        f"{{1}} {end_of_options(unit)}{{0}}",
        running,
        restarted,
        reloaded,
        command,
    ):
        yield StringCommand(base, control)

    for action in switch:
        yield _enabling(base, unit) if action == "enable" else _on_unit(base, action, unit)


def _on_unit(base: StringCommand, action: str, unit: str) -> StringCommand:
    return StringCommand(base, action, *(["--"] if unit.startswith("-") else []), QuoteString(unit))


def _enabling(base: StringCommand, unit: str) -> StringCommand:
    """Have a unit that could be enabled only in part be disabled: with one of its links systemd calls it enabled."""
    look = StringCommand("__was=$(", _on_unit(base, "is-enabled", unit), "2> /dev/null)")
    # Units that are disabled with it may have been enabled before.
    also = StringCommand(_on_unit(base, "cat", unit), "| grep -q '^[[:space:]]*Also[[:space:]]*='")
    undo = StringCommand('[ "$__was" != disabled ] ||', also, "||", _on_unit(base, "disable", unit))
    return UndoingCommand(_on_unit(base, "enable", unit), undo, look)


def _enable(unit: str, enabled: bool, asked: dict[str, Any]) -> Generator[str, None, None]:
    """Give the verb that makes the difference, if any."""
    units = host.get_fact(SystemdEnabled, **asked)
    is_static = unit in getattr(units, "static", ())
    if not enabled and is_static:
        host.noop(f"unit {unit} is static: it has nothing that would be disabled")
    elif units.get(unit, False) is not enabled:
        yield "enable" if enabled else "disable"


def _unit_name(service: str) -> str:
    return service if service.rpartition(".")[2] in UNIT_TYPES else f"{service}.service"
