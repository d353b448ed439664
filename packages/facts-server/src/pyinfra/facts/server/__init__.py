"""Facts about a server: its operating system, users, mounts, kernel and network."""

from ._accounts import AuthorizedKeys, Groups, Users
from ._distribution import LinuxDistribution, LinuxName, LsbRelease, OsRelease
from ._kernel import KernelModules, Sysctl
from ._mounts import Mounts
from ._session import Command, Home, Path, TmpDir, User, Which
from ._system import Arch, Date, Hostname, Kernel, KernelVersion, Os, OsVersion

__all__ = [
    "Arch",
    "AuthorizedKeys",
    "Command",
    "Date",
    "Groups",
    "Home",
    "Hostname",
    "Kernel",
    "KernelModules",
    "KernelVersion",
    "LinuxDistribution",
    "LinuxName",
    "LsbRelease",
    "Mounts",
    "Os",
    "OsRelease",
    "OsVersion",
    "Path",
    "Sysctl",
    "TmpDir",
    "User",
    "Users",
    "Which",
]
