"""Real ssh hosts on one Linux machine, for tests and for trying things by hand.

    with Lab() as lab:
        first, second = lab.hosts(2)

Tests use the fixtures `real_hosts` and `ssh_host` of the pytest plugin instead. By hand:
`python -m pyinfra_testkit.hosts up 2`.
"""

from __future__ import annotations

from pyinfra_testkit.hosts._busybox import BusyboxHost
from pyinfra_testkit.hosts._errors import HostsError, HostsUnavailableError
from pyinfra_testkit.hosts._host import RealHost
from pyinfra_testkit.hosts._image import Image, prepare
from pyinfra_testkit.hosts._lab import Lab
from pyinfra_testkit.hosts._requirements import missing_requirements
from pyinfra_testkit.hosts._users import PASSWORDS, USERS, User

__all__ = [
    "PASSWORDS",
    "USERS",
    "BusyboxHost",
    "HostsError",
    "HostsUnavailableError",
    "Image",
    "Lab",
    "RealHost",
    "User",
    "missing_requirements",
    "prepare",
]
