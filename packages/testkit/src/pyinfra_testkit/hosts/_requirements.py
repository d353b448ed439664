"""What a machine needs before it can have real hosts."""

from __future__ import annotations

import os
import shutil
import sys

from pyinfra_testkit.hosts._errors import HostsError
from pyinfra_testkit.hosts._process import run

TOOLS = {
    "apt-get": "apt",
    "bridge": "iproute2",
    "debootstrap": "debootstrap",
    "dpkg-deb": "dpkg",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "pivot_root": "util-linux",
    "setpriv": "util-linux",
    "ssh-keygen": "openssh-client",
    "unshare": "util-linux",
}
"""The tools by name, with the Debian package that has each."""

_PROBE = (
    *("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork"),
    *("mount", "-t", "tmpfs", "none", "/mnt"),
)


def missing_requirements() -> list[str]:
    """Say what keeps this machine from having real hosts.

    Returns:
        One phrase for each thing that is missing; empty where real hosts can be made.
    """
    if not sys.platform.startswith("linux"):
        return [f"Linux (this is {sys.platform})"]
    missing = []
    if os.geteuid() != 0:
        missing.append("root (namespaces and mounts need it)")
    packages = {package for tool, package in TOOLS.items() if shutil.which(tool, path=_tool_path()) is None}
    if packages:
        missing.append(f"the tools of {', '.join(sorted(packages))}")
    if not missing:
        try:
            run(*_PROBE)
        except HostsError:
            missing.append("the right to make namespaces and mounts (in a container: privileged)")
    return missing


def _tool_path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
