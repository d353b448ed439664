"""The hosts' file system: the test kit's, with the Python that Ansible needs and an sshd that tells of its sessions."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from pyinfra_testkit.hosts import Image, prepare

PACKAGES = ("python3", "python3-apt")

SSHD = "LogLevel VERBOSE\n"
"""Has sshd log each session that it starts; the bench counts these."""

SSHD_FILE = "etc/ssh/sshd_config.d/bench.conf"

_STAMP = "bench-image-1"


def prepare_image(cache: Path, report: Callable[[str], None]) -> Image:
    """Give the image, building it where it is not there yet, and have every lab of this process use it.

    Args:
        cache: Where it is kept.
        report: Called with a line before what takes long.
    """
    own = cache / "image"
    plain = prepare(report)
    os.environ["PYINFRA_TESTKIT_CACHE"] = str(own)
    name = plain.directory.name
    if not (own / name / _STAMP).exists():
        report(f"adding {', '.join(PACKAGES)} to a copy of {plain.directory} in {own}")
        shutil.rmtree(own / f"{name}.new", ignore_errors=True)
        shutil.rmtree(own / name, ignore_errors=True)
        new = own / f"{name}.new"
        new.parent.mkdir(parents=True, exist_ok=True)
        _run("cp", "--archive", plain.directory, new)
        _add_packages(new / "root")
        (new / "root" / SSHD_FILE).write_text(SSHD)
        (new / _STAMP).touch()
        new.rename(own / name)
    return prepare(report)


def _add_packages(root: Path) -> None:
    """Install Debian packages in a root whose own apt has no mirror, with this machine's apt."""
    archives = root / "root/bench-archives"
    (archives / "partial").mkdir(parents=True)
    _run(
        *("apt-get", "--yes", "--no-install-recommends", "--download-only"),
        *("-o", f"Dir::State::status={root}/var/lib/dpkg/status", "-o", f"Dir::Cache::archives={archives}"),
        *("-o", "APT::Sandbox::User=root", "install", *PACKAGES),
    )
    debs = [f"/root/bench-archives/{deb.name}" for deb in sorted(archives.glob("*.deb"))]
    # Not dpkg, which does not order packages that need others to be set up before they are unpacked.
    _run("chroot", root, "apt-get", "--yes", "--no-install-recommends", "install", *debs)
    shutil.rmtree(archives)


def _run(*command: str | os.PathLike[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
        check=False,
    )
    if done.returncode:
        shown = " ".join(os.fspath(part) for part in command)
        raise RuntimeError(f"`{shown}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
