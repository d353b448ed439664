"""Facts about a server: its operating system, users, mounts, kernel and network."""

from ._accounts import AuthorizedKeys, Groups, Users
from ._distribution import LinuxDistribution, LinuxName, LsbRelease, OsRelease
from ._kernel import KernelModules, Sysctl
from ._logins import Last, Lastb
from ._mounts import Mounts
from ._ports import Port, Ports
from ._processes import LoadAverage, Processes
from ._session import Command, Home, Path, TmpDir, User, Which
from ._settings import EtcHosts, HasGui, LinuxGui, Locales, SecurityLimits, Selinux, Timezone
from ._system import (
    Arch,
    Date,
    Hostname,
    Kernel,
    KernelVersion,
    MacosVersion,
    Os,
    OsVersion,
    RebootRequired,
    Uptime,
)

__all__ = [
    "Arch",
    "AuthorizedKeys",
    "Command",
    "Date",
    "EtcHosts",
    "Groups",
    "HasGui",
    "Home",
    "Hostname",
    "Kernel",
    "KernelModules",
    "KernelVersion",
    "Last",
    "Lastb",
    "LinuxDistribution",
    "LinuxGui",
    "LinuxName",
    "LoadAverage",
    "Locales",
    "LsbRelease",
    "MacosVersion",
    "Mounts",
    "Os",
    "OsRelease",
    "OsVersion",
    "Path",
    "Port",
    "Ports",
    "Processes",
    "RebootRequired",
    "SecurityLimits",
    "Selinux",
    "Sysctl",
    "Timezone",
    "TmpDir",
    "Uptime",
    "User",
    "Users",
    "Which",
]
