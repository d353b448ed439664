"""Operations on servers: users, groups, packages, services, scripts, reboots."""

from ._authorized_keys import user_authorized_keys
from ._groups import group
from ._hosts import etc_hosts, hostname
from ._kernel import kill, modprobe, sysctl
from ._mount import mount
from ._packages import packages
from ._reboot import reboot
from ._service import service
from ._settings import locale, security_limit, timezone
from ._shell import script, script_template, shell
from ._users import user
from ._wait import wait

__all__ = [
    "etc_hosts",
    "group",
    "hostname",
    "kill",
    "locale",
    "modprobe",
    "mount",
    "packages",
    "reboot",
    "script",
    "script_template",
    "security_limit",
    "service",
    "shell",
    "sysctl",
    "timezone",
    "user",
    "user_authorized_keys",
    "wait",
]
