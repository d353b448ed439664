"""A host that has nothing but busybox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyinfra_testkit.hosts._errors import HostsError
from pyinfra_testkit.hosts._process import checked

if TYPE_CHECKING:
    import os
    import subprocess
    from pathlib import Path

    from pyinfra_testkit.hosts._host import RealHost

_FOLDER = "/srv/busybox"

# Every login is led into the folder; sshd itself needs what is outside.
_SET_UP = """
set -e
root=$1
for name in bin dev etc home lib proc root sbin srv sys tmp usr/bin usr/sbin var/tmp; do
    mkdir -p "$root/$name"
done
chmod 1777 "$root/tmp" "$root/var/tmp"
cp /bin/busybox "$root/bin/busybox"
ldd /bin/busybox | sed -n 's/^[^/]*\\(\\/[^ ]*\\).*/\\1/p' | while read -r library; do
    mkdir -p "$root${library%/*}"
    cp "$library" "$root$library"
done
busybox --list | while read -r applet; do
    test "$applet" = busybox || ln -s busybox "$root/bin/$applet"
done
sed 's#:[^:]*$#:/bin/sh#' /etc/passwd > "$root/etc/passwd"
cp /etc/group /etc/shadow /etc/hostname /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
usermod --shell /bin/sh root
printf 'Match all\\nChrootDirectory %s\\n' "$root" > /etc/ssh/sshd_config.d/zz-busybox.conf
kill -HUP "$(cat /run/sshd.pid)"
"""


class BusyboxHost:
    """A host whose logins find busybox, its shell and its applets, and no other tool.

    Attributes:
        name: Its name in the lab.
    """

    def __init__(self, host: RealHost) -> None:
        """Make a host one of busybox, until it is reset.

        Args:
            host: A host on which nothing was changed.

        Raises:
            HostsError: It could not be.
        """
        self.name = host.name
        self._host = host
        done = host.exec("sh", "-c", _SET_UP, "sh", _FOLDER)
        if done.returncode:
            raise HostsError(f"{host.name} can't have busybox alone: {done.stderr}")
        host.wait_until_up()

    @property
    def root(self) -> Path:
        """The file system that logins see, as this machine's root sees it; see `RealHost.root`."""
        return self._host.root / _FOLDER.lstrip("/")

    def ssh_data(self, user: str = "root") -> dict[str, Any]:
        """Give the pyinfra host data with which the ssh connector reaches the host.

        Args:
            user: The user to log in as: `root`, as there is no sudo.

        Returns:
            The data by name.
        """
        return self._host.ssh_data(user)

    def exec(
        self,
        *argv: str | bytes | os.PathLike[str],
        input: str | bytes | None = None,  # noqa: A002  the name that subprocess has
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of busybox on the host without the network; see `RealHost.exec`.

        Args:
            argv: The command and its arguments; no shell sees them.
            input: What it gets on standard input.

        Returns:
            The finished command.
        """
        return self._host.exec("chroot", _FOLDER, "/bin/busybox", *argv, input=input)

    def check_output(
        self,
        *argv: str | bytes | os.PathLike[str],
        input: str | bytes | None = None,  # noqa: A002  the name that subprocess has
    ) -> str:
        """Run a command of busybox that must succeed; see `RealHost.check_output`.

        Args:
            argv: The command and its arguments; no shell sees them.
            input: What it gets on standard input.

        Returns:
            What it printed on standard output.

        Raises:
            AssertionError: It failed; what it printed is told.
        """
        return checked(self.exec(*argv, input=input))
