"""Making the root file system that every real host starts from."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from pyinfra_testkit.hosts._errors import HostsError, HostsUnavailableError
from pyinfra_testkit.hosts._process import run
from pyinfra_testkit.hosts._repository import add_repositories
from pyinfra_testkit.hosts._users import USERS

SCRIPTS = Path(__file__).parent / "scripts"

PACKAGES = (
    *("openssh-server", "sudo", "opendoas", "cron", "busybox", "procps", "iproute2"),
    *("acl", "ca-certificates", "curl", "gnupg", "locales", "wget"),
)
LOCALES = ("de_DE", "ja_JP", "tr_TR")

_SOURCE_FIELDS = ("$(REPO_URI)", "$(RELEASE)", "$(COMPONENT)")

_SSHD = """\
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication yes
MaxStartups 200
"""


def build_root(root: Path, public_key: str) -> None:
    """Build a Debian root file system with the users, tools and packages of a real host.

    Args:
        root: The folder to build in; it must not exist yet.
        public_key: The line for each user's `authorized_keys`.

    Raises:
        HostsUnavailableError: This machine's apt settings name no usable mirror.
        HostsError: A tool failed.
    """
    mirror, suite, components = find_mirror()
    run(
        *("debootstrap", "--variant=minbase", f"--components={','.join(components)}"),
        *(f"--include={','.join(PACKAGES)}", suite, root, mirror),
        env={"DEBIAN_FRONTEND": "noninteractive", **_proxy()},
    )
    shutil.copy("/etc/hosts", root / "etc/hosts")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    add_repositories(root)
    (root / "etc/resolv.conf").write_text("")
    for locale in LOCALES:
        run("chroot", root, "localedef", "-i", locale, "-f", "UTF-8", f"{locale}.UTF-8")
    _add_users(root, public_key)
    _configure_sshd(root)
    for script, name in (("init.sh", "testkit-init"), ("reboot.sh", "reboot")):
        shutil.copyfile(SCRIPTS / script, root / "sbin" / name)
        (root / "sbin" / name).chmod(0o755)


def find_mirror() -> tuple[str, str, list[str]]:
    """Find where this machine itself gets its packages from.

    Returns:
        The mirror's URL, the suite (`bookworm`) and its components (`main`), as `apt-get indextargets` lists
        them.

    Raises:
        HostsUnavailableError: apt has no source for this machine's release.
    """
    suite = os.environ.get("PYINFRA_TESTKIT_SUITE") or platform.freedesktop_os_release().get(
        "VERSION_CODENAME"
    )
    if not suite:
        raise HostsUnavailableError("no VERSION_CODENAME in /etc/os-release: set PYINFRA_TESTKIT_SUITE")
    listed = run("apt-get", "indextargets", "--format", "|".join(_SOURCE_FIELDS), "Created-By: Packages")
    lines = [line.split("|") for line in listed.splitlines()]
    sources = [fields for fields in lines if len(fields) == len(_SOURCE_FIELDS)]
    found = [(uri, component) for uri, release, component in sources if release == suite]
    mirror = os.environ.get("PYINFRA_TESTKIT_MIRROR") or next((uri for uri, _ in found), None)
    if not mirror:
        raise HostsUnavailableError(
            f"apt on this machine has no source for {suite}: set PYINFRA_TESTKIT_MIRROR to a mirror's URL"
        )
    components = {component for uri, component in found if uri == mirror} & {"main", "universe"}
    return mirror, suite, sorted(components) or ["main"]


def _proxy() -> dict[str, str]:
    try:
        shown = run("apt-config", "shell", "proxy", "Acquire::http::Proxy")
    except HostsError:
        return {}
    if not shown.strip():
        return {}
    address = shown.split("'")[1]
    return {"http_proxy": address, "https_proxy": address}


def _add_users(root: Path, public_key: str) -> None:
    for user in USERS.values():
        if user.name != "root":
            run("chroot", root, "useradd", "--create-home", "--shell", "/bin/bash", user.name)
        run("chroot", root, "chpasswd", input=f"{user.name}:{user.password}\n")
        folder = root / user.home.lstrip("/") / ".ssh"
        folder.mkdir(mode=0o700)
        (folder / "authorized_keys").write_text(public_key)
        run("chroot", root, "chown", "--recursive", f"{user.name}:{user.name}", f"{user.home}/.ssh")
    free = [user.name for user in USERS.values() if user.sudo == "free"]
    asking = [user.name for user in USERS.values() if user.sudo == "asks"]
    _write(
        root / "etc/sudoers.d/testkit",
        [f"{name} ALL=(ALL:ALL) NOPASSWD: ALL" for name in free]
        + [f"{name} ALL=(ALL:ALL) ALL" for name in asking],
    )
    _write(
        root / "etc/doas.conf",
        [f"permit nopass {name}" for name in free] + [f"permit {name}" for name in asking],
    )


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(0o440)


def _configure_sshd(root: Path) -> None:
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc/ssh/sshd_config.d").mkdir(exist_ok=True)
    (root / "etc/ssh/sshd_config.d/testkit.conf").write_text(_SSHD)
