"""The state of a service that has an init script."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.files import FindLinks
from pyinfra.facts.server import LinuxDistribution
from pyinfra.facts.sysvinit import InitdStatus
from pyinfra.facts.sysvinit._status import InitdScriptStatus
from pyinfra.operations.util.service import check_switch, handle_service_control

from ._names import check_script_name
from ._update_rc import update_rc

GLOB = re.compile(r"([*?\[\]\\])")

# Which tool each family of distributions makes the links with, by the name and by the IDs of os-release.
UPDATE_RC_D = frozenset({"debian", "ubuntu", "devuan"})
CHKCONFIG = frozenset({"centos", "fedora", "rhel", "red hat enterprise linux", "suse"})
RC_UPDATE = frozenset({"gentoo"})


@operation()
def service(
    service: str,
    running: bool | None = True,
    restarted: bool = False,
    reloaded: bool = False,
    enabled: bool | None = None,
    command: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Manage the state of a service that has an init script.

    To enable a service, `update-rc.d`, `chkconfig` or `rc-update` is run, as the distribution has it;
    `sysvinit.enable` makes the links itself. To disable it, the links that start it are removed.

    Args:
        service: the script's name in `/etc/init.d`.
        running: whether it must run; None for no change.
        restarted: whether to restart it if it runs.
        reloaded: whether to reload it if it runs.
        enabled: whether it must start at boot; None for no change.
        command: a further action of the script to run.

    Raises:
        OperationTypeError: `running` or `enabled` is something else than True, False and None.
        OperationValueError: the name is empty or holds a slash, or the quotes in `command` are not closed; or it must
            be enabled, and the distribution's tool would take its name for an option.
        OperationError: it must be enabled, and no tool is known that does that on the host's distribution.

    Example:
        ```
        from pyinfra.operations import sysvinit

        sysvinit.service(
            name="Restart rsyslog and have it start at boot",
            service="rsyslog",
            restarted=True,
            enabled=True,
            _sudo=True,
        )
        ```
    """
    check_script_name(service)
    check_switch("running", running)
    check_switch("enabled", enabled)
    statuses = host.get_fact(InitdStatus)
    if service not in statuses:
        statuses = host.get_fact(InitdScriptStatus, service=service)
    # Asked before a command is run, since facts are asked anew behind each.
    switch = [] if enabled is None else list(_enable(service, enabled))
    yield from handle_service_control(
        host, service, statuses, "/etc/init.d/{0} {1}", running, restarted, reloaded, command
    )
    yield from switch


def _enable(service: str, enabled: bool) -> Generator[StringCommand, None, None]:
    name_pattern = GLOB.sub(r"\\\1", service)
    found = host.get_fact(FindLinks, path="/etc", path_match=f"/etc/rc*.d/S*{name_pattern}")
    links = _links_of(service, found)
    if enabled and not links:
        distribution = host.get_fact(LinuxDistribution)
        yield from _make_links(service, distribution)
    elif not enabled:
        for link in links:
            yield StringCommand("rm", "-f", QuoteString(link))


def _links_of(service: str, links: Iterable[str]) -> list[str]:
    """Leave out the links of services whose names only end the same, such as S02openssh for ssh."""
    whole = re.compile(rf"S\d*{re.escape(service)}", re.DOTALL)
    names = {link: link.rpartition("/")[2] for link in links}
    return [link for link, name in names.items() if whole.fullmatch(name) or not re.match(r"S\d", name)]


def _make_links(service: str, distribution: Mapping[str, Any]) -> Generator[StringCommand, None, None]:
    name = distribution.get("name")
    meta = distribution.get("release_meta") or {}
    families = {str(name).lower(), *f"{meta.get('ID', '')} {meta.get('ID_LIKE', '')}".lower().split()}
    if service.startswith("-"):
        raise OperationValueError(
            f"service {service!r} would be taken for an option by the tools that enable services; use sysvinit.enable, "
            "which makes the links itself"
        )
    if families & UPDATE_RC_D:
        yield update_rc(service)
    elif families & CHKCONFIG:
        yield StringCommand("chkconfig", QuoteString(service), "--add")
        yield StringCommand("chkconfig", QuoteString(service), "on")
    elif families & RC_UPDATE:
        yield StringCommand("rc-update", "add", QuoteString(service), "default")
    else:
        raise OperationError(
            f"sysvinit.service can't enable {service}: no tool is known for the distribution {name!r}; "
            "use sysvinit.enable, which makes the links itself"
        )
