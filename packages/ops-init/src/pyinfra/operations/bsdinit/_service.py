"""The state of a service."""

from __future__ import annotations

import re
from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import OperationValueError, StringCommand, operation
from pyinfra.facts.bsdinit import RcdStatus
from pyinfra.operations import files
from pyinfra.operations.util.service import check_service_name, check_switch, handle_service_control
from typing_extensions import override

RC_CONF = "/etc/rc.conf.local"
SHOWN = "test -e /etc/rc.d/{0} && /etc/rc.d/{0} {1} || /usr/local/etc/rc.d/{0} {1}"
RUN = "if test -e /etc/rc.d/{0}; then /etc/rc.d/{0} {1}; else /usr/local/etc/rc.d/{0} {1}; fi"


@operation()
def service(
    service: str,
    running: bool | None = True,
    restarted: bool = False,
    reloaded: bool = False,
    command: str | None = None,
    enabled: bool | None = None,
) -> Generator[StringCommand, None, None]:
    """Manage the state of a service of rc.d, on FreeBSD, NetBSD, OpenBSD and their kin.

    Args:
        service: the name of its script in `/etc/rc.d` or `/usr/local/etc/rc.d`.
        running: whether it must run; None for no change.
        restarted: whether to restart it if it runs.
        reloaded: whether to reload it if it runs.
        command: a further action of the script to run.
        enabled: whether it must start at boot, by the line `<service>_enable="YES"` in `/etc/rc.conf.local`;
            None for no change. `/etc/rc.conf` is neither read nor changed.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: the name is empty or holds a slash, or the quotes in `command` are not closed.

    Example:
        ```
        from pyinfra.operations import bsdinit

        bsdinit.service(
            name="Run ntpd, now and at boot",
            service="ntpd",
            running=True,
            enabled=True,
            _sudo=True,
        )
        ```
    """
    check_service_name(service)
    check_switch("running", running)
    check_switch("enabled", enabled)
    if "/" in service or service in {".", ".."}:
        raise OperationValueError(f"service must be the name of a script in /etc/rc.d, not {service!r}")
    statuses = host.get_fact(RcdStatus)
    # The name of a shell variable: php-fpm is enabled by php_fpm_enable.
    variable = re.sub(r"[^A-Za-z0-9_]", "_", service) + "_enable"
    # FreeBSD starts no service that is not enabled; it is told in the order that people know.
    is_first = enabled is True and state.is_executing
    if is_first:
        yield from _enable(variable)
    shown, run = (
        handle_service_control(host, service, statuses, template, running, restarted, reloaded, command)
        for template in (SHOWN, RUN)
    )
    yield from (_Control(*both) for both in zip(shown, run, strict=True))
    if enabled is True and not is_first:
        yield from _enable(variable)
    elif enabled is False:
        yield from files.line._inner(path=RC_CONF, line=f"^{variable}=", present=False)


def _enable(variable: str) -> Generator[StringCommand, None, None]:
    yield from files.line._inner(path=RC_CONF, line=f"^{variable}=", replace=f'{variable}="YES"')


class _Control(StringCommand):
    """A command of a script, after whose failure that of the other folder is not run.

    It fails where the script refuses: those of FreeBSD then say so and succeed, such as of one that is not enabled.

    Args:
        shown: the command as it is told.
        run: the same, as it is run.
    """

    def __init__(self, shown: StringCommand, run: StringCommand) -> None:
        super().__init__(*shown.bits, _separator=shown.separator)
        self._run = run

    @override
    def as_run(self) -> StringCommand:
        # What is started may keep its output open: a pipe would have no end.
        return StringCommand(
            *("SAID=$(mktemp /tmp/pyinfra-XXXXXXXXXX) && { {", self._run, '; } > "$SAID"; STATUS=$?;'),
            """if grep -q "^Cannot '" "$SAID"; then cat "$SAID" >&2; STATUS=1; else cat "$SAID"; fi;""",
            'rm -f "$SAID"; (exit "$STATUS"); }',
        )
