"""The operation that reboots a host and waits for it."""

from __future__ import annotations

from collections.abc import Generator
from math import isfinite
from time import monotonic, sleep

from pyinfra import host
from pyinfra.api import (
    FunctionCommand,
    OperationError,
    OperationValueError,
    StringCommand,
    operation,
)
from pyinfra.api.exceptions import ConnectError
from pyinfra.connectors.util import clean_up

# What differs from one start of the system to the next: Linux gives each boot an id, and where only a container
# is restarted its first process is a new one; BSDs and macOS tell when they were started.
BOOT = StringCommand(
    "cat /proc/sys/kernel/random/boot_id 2> /dev/null;",
    "sed 's/.*) //' /proc/1/stat 2> /dev/null | cut -d' ' -f20;",
    "sysctl -n kern.boottime 2> /dev/null || true",
)


class Boot:
    """One reboot of one host, from before it goes down until it is back.

    Args:
        delay: seconds to wait before the first try to connect.
        interval: seconds between tries.
        reboot_timeout: seconds after which a host that is not back has failed.
    """

    def __init__(self, delay: float, interval: float, reboot_timeout: float) -> None:
        self.delay = delay
        self.interval = interval
        self.reboot_timeout = reboot_timeout
        self.before: str | None = None

    def capture_uptime(self) -> None:
        """Note what tells this start of the system from the next."""
        self.before = _current_boot()

    def wait_and_reconnect(self) -> None:
        """Wait until the host has been started anew and can be connected to.

        Raises:
            OperationError: it was not within `reboot_timeout` seconds.
        """
        end = monotonic() + self.reboot_timeout
        host.disconnect()
        was_away = False
        why = "it was never tried to connect"
        sleep(min(self.delay, self.reboot_timeout))
        while True:
            try:
                host.connect(reason="reboot", show_errors=False, raise_exceptions=True)
                now = _current_boot()
            except ConnectError as error:
                was_away, why = True, str(error)
            else:
                if now != self.before or (was_away and not now):
                    return
                why = (
                    "it answers, but has not been started anew: has it `reboot`, and is the user allowed to?"
                )
                host.disconnect()
            if monotonic() + self.interval >= end:
                raise OperationError(
                    f"{host.name} did not come back within {self.reboot_timeout} seconds of its reboot: {why}"
                )
            sleep(self.interval)


def _current_boot() -> str:
    done, output = host.run_shell_command(BOOT, print_output=False, print_input=False)
    if not done:
        raise ConnectError(
            f"{host.name} does not tell when it was started: {output.stderr or 'no reason given'}"
        )
    return output.stdout.strip()


def remove_any_askpass_file() -> None:
    """Remove the programs that tell sudo and su a password, where a connector has placed such."""
    clean_up(host)


def clean_sudo_info() -> None:
    """Forget what was placed on the host for sudo and su: the host has been started anew."""
    for key in ("askpass", "sudo_askpass_path", "su_askpass_path"):
        host.connector_data.pop(key, None)


@operation(is_idempotent=False)
def reboot(
    delay: int = 10, interval: int = 1, reboot_timeout: int = 300
) -> Generator[FunctionCommand | StringCommand, None, None]:
    """Reboot the host, wait until it is back, and connect again.

    The host counts as back once it can be connected to and has been started anew: one that goes on as before,
    for want of the right to reboot, fails.

    Args:
        delay: seconds to wait before the first try to connect.
        interval: seconds between tries.
        reboot_timeout: seconds after which a host that is not back has failed.

    Raises:
        OperationValueError: a number of seconds is negative, or none.

    Example:
        ```
        from pyinfra.operations import server

        server.reboot(
            name="Reboot the server and wait for it",
            delay=60,
            reboot_timeout=600,
            _sudo=True,
        )
        ```
    """
    for name, seconds in (("delay", delay), ("interval", interval), ("reboot_timeout", reboot_timeout)):
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not isfinite(seconds) or seconds < 0:
            raise OperationValueError(
                f"{name} must be a number of seconds that is not negative, not {seconds!r}"
            )
    boot = Boot(delay, interval, reboot_timeout)
    yield FunctionCommand(remove_any_askpass_file, (), {})
    yield FunctionCommand(boot.capture_uptime, (), {})
    # The connection is given time to end in order.
    yield StringCommand("( sleep 1 && reboot ) </dev/null >/dev/null 2>&1 &")
    yield FunctionCommand(boot.wait_and_reconnect, (), {})
    yield FunctionCommand(clean_sudo_info, (), {})
