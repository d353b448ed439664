"""Operations on servers: users, groups, services, scripts, reboots."""

from ._authorized_keys import user_authorized_keys
from ._groups import group
from ._reboot import reboot
from ._service import service
from ._shell import script, script_template, shell
from ._users import user
from ._wait import wait

__all__ = [
    "group",
    "reboot",
    "script",
    "script_template",
    "service",
    "shell",
    "user",
    "user_authorized_keys",
    "wait",
]
