"""The base image: built once, kept in a cache, shared by every lab on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyinfra_testkit.hosts._debian import SCRIPTS, build_root
from pyinfra_testkit.hosts._process import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RECIPE = ("_debian.py", "_repository.py", "_users.py")


@dataclass(frozen=True)
class Image:
    """A base image.

    Attributes:
        directory: The folder that holds all of it.
    """

    directory: Path

    @property
    def root(self) -> Path:
        """The root file system; a lower layer, never written to."""
        return self.directory / "root"

    @property
    def key(self) -> Path:
        """The private ssh key that every user of a host accepts."""
        return self.directory / "key"


def cache_directory() -> Path:
    """Give the folder for base images: `$PYINFRA_TESTKIT_CACHE`, else `/var/cache/pyinfra-testkit`."""
    return Path(os.environ.get("PYINFRA_TESTKIT_CACHE") or "/var/cache/pyinfra-testkit")


def prepare(report: Callable[[str], None] = lambda _: None) -> Image:
    """Give the base image of this version of the test kit, building it where it is not there yet.

    Building takes a minute or two and needs this machine's apt mirror. Callers that come at once wait for
    the first.

    Args:
        report: Called with a line before and after a build.

    Returns:
        The image.

    Raises:
        HostsUnavailableError: There is no mirror to build from.
        HostsError: The build failed.
    """
    cache = cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    image = Image(cache / f"base-{_recipe_digest()}")
    if not image.directory.exists():
        with _locked(cache / "build.lock"):
            if not image.directory.exists():
                report(
                    f"building the base of the real hosts in {image.directory}; this takes a minute or two"
                )
                _build(image)
                report(f"built {image.directory}")
    return image


def _build(image: Image) -> None:
    new = Image(image.directory.with_name(f"{image.directory.name}.new"))
    shutil.rmtree(new.directory, ignore_errors=True)
    new.directory.mkdir()
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "pyinfra-testkit", "-f", new.key)
    build_root(new.root, new.key.with_suffix(".pub").read_text())
    new.directory.rename(image.directory)


def _recipe_digest() -> str:
    """What an image is made from, as a short name: another recipe makes another image."""
    digest = hashlib.sha256(platform.machine().encode())
    here = Path(__file__).parent
    for path in [here / name for name in _RECIPE] + [SCRIPTS / "init.sh", SCRIPTS / "reboot.sh"]:
        digest.update(path.read_bytes())
    digest.update(os.environ.get("PYINFRA_TESTKIT_SUITE", "").encode())
    return digest.hexdigest()[:12]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
