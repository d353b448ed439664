"""Facts about settings of the host: names, limits, languages, time zone, security."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, QuoteString, ShortFactBase, StringCommand
from typing_extensions import TypedDict, override

LIMIT_FIELDS = 4
DESKTOPS = {
    "/usr/bin/gnome-session": "GNOME",
    "/usr/bin/lxsession": "LXDE",
    "/usr/bin/mate-session": "MATE",
    "/usr/bin/plasma_session": "KDE Plasma",
    "/usr/bin/xfce4-session": "XFCE 4",
}


class SecurityLimit(TypedDict):
    """One line of limits.conf.

    Attributes:
        domain: whom it is for: a user, `@` and a group, or `*`.
        limit_type: `soft`, `hard`, or `-` for both.
        item: what is limited, such as `nofile`.
        value: the limit, as it is written.
    """

    domain: str
    limit_type: str
    item: str
    value: str


class EtcHosts(FactBase[dict[str, list[str]]]):
    """The names of each address in `/etc/hosts`.

    .. code:: python

        {"127.0.0.1": ["localhost"], "::1": ["localhost", "ip6-localhost"]}

    Args:
        path: the file.
    """

    default = dict
    side_effect_free = True

    @override
    def command(self, path: str = "/etc/hosts") -> StringCommand:
        file = f"./{path}" if path.startswith("-") else path
        return StringCommand("cat", QuoteString(file), "2>/dev/null || true")

    @override
    def process(self, output: list[str]) -> dict[str, list[str]]:
        hosts: dict[str, list[str]] = {}
        for line in output:
            address, *names = line.partition("#")[0].split() or [""]
            if names:
                known = hosts.setdefault(address, [])
                known += [name for name in dict.fromkeys(names) if name not in known]
        return hosts


class Locales(FactBase[list[str]]):
    """The locales that are there, from `locale -a`, with `UTF-8` written so."""

    command = "locale -a"
    default = list
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "locale"

    @override
    def process(self, output: list[str]) -> list[str]:
        return [re.sub(r"\.utf-?8\b", ".UTF-8", line, flags=re.IGNORECASE) for line in output if line]


class SecurityLimits(FactBase[list[SecurityLimit]]):
    """The limits in `/etc/security/limits.conf`, in their order.

    .. code:: python

        [{"domain": "*", "limit_type": "soft", "item": "nofile", "value": "1048576"}]
    """

    command = "! test -e /etc/security/limits.conf || cat /etc/security/limits.conf"
    default = list
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> list[SecurityLimit]:
        lines = (line.partition("#")[0].split() for line in output)
        return [
            {"domain": fields[0], "limit_type": fields[1], "item": fields[2], "value": fields[3]}
            for fields in lines
            if len(fields) == LIMIT_FIELDS
        ]


class Selinux(FactBase["dict[str, str | None]"]):
    """Whether SELinux is enabled, from `sestatus`: `{"mode": "enabled"}`, `"disabled"`, or None if unknown."""

    command = "sestatus"
    side_effect_free = True

    @override
    @staticmethod
    def default() -> dict[str, str | None]:
        return {"mode": None}

    @override
    def requires_command(self) -> str:
        return "sestatus"

    @override
    def process(self, output: list[str]) -> dict[str, str | None]:
        found = re.search(r"^SELinux status:\s*(\S+)", "\n".join(output), re.MULTILINE)
        return {"mode": found[1] if found else None}


class Timezone(FactBase["str | None"]):
    """The time zone's name, such as `Europe/Vienna`, from where `/etc/localtime` points; None if it has none."""

    command = "readlink -f /etc/localtime | sed 's|.*/zoneinfo/||'"
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> str | None:
        zone = "".join(output)
        # A file that is no link to a zone has its own path as an answer.
        return None if not zone or zone.startswith("/") else zone


class LinuxGui(FactBase[list[str]]):
    """The desktops that are installed, from the session programs in `/usr/bin`: `["GNOME", "XFCE 4"]`."""

    command = "ls /usr/bin/*session || true"
    default = list
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> list[str]:
        return list(dict.fromkeys(DESKTOPS[line] for line in output if line in DESKTOPS))


class HasGui(ShortFactBase[bool]):
    """Whether a desktop is installed; see `LinuxGui`."""

    fact = LinuxGui

    @override
    def process_data(self, data: list[str]) -> bool:
        return bool(data)
