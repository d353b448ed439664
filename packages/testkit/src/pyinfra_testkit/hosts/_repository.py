"""The small apt repositories inside the base, so that apt works on hosts that have no way out."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from pyinfra_testkit.hosts._process import run

if TYPE_CHECKING:
    from pathlib import Path

REPOSITORIES = "srv/testkit-repository"
"""Where they are on a host, below `/`.

`main` is among apt's sources there, `extra` is not, and `key.asc` is the key that signs both.
"""

DEBIAN_PACKAGES = ("createrepo-c", "dnf", "hello", "openrc", "rpm", "runit", "sl", "tree")
MADE_PACKAGES = {
    "main": (("testkit-demo", "1.0"), ("testkit-demo", "2.0")),
    "extra": (("testkit-extra", "1.0"),),
}

_SIGNER = "pyinfra testkit <testkit@localhost>"


def add_repositories(root: Path) -> None:
    """Make the repositories in a Debian root, and make its apt know only them.

    Args:
        root: The root file system of the base, with `gpg`, and an `apt-get` that still knows a real mirror.
    """
    home = root / REPOSITORIES
    for name in MADE_PACKAGES:
        (home / name / "partial").mkdir(parents=True)
    _download(root, home / "main")
    for name, packages in MADE_PACKAGES.items():
        for package, version in packages:
            _build(home / name, package, version)
        _index(home / name, name)
    _sign(root, home)
    _use_only(root, "main")


def _download(root: Path, folder: Path) -> None:
    run(
        *("chroot", root, "apt-get", "-y", "--no-install-recommends", "--download-only"),
        *("-o", f"Dir::Cache::archives=/{folder.relative_to(root)}", "-o", "APT::Sandbox::User=root"),
        *("install", *DEBIAN_PACKAGES),
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )
    shutil.rmtree(folder / "partial")
    (folder / "lock").unlink(missing_ok=True)


def _build(folder: Path, package: str, version: str) -> None:
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {package}\nVersion: {version}\nArchitecture: all\nSection: misc\nPriority: optional\n"
        f"Maintainer: {_SIGNER}\nDescription: package for tests\n"
    )
    shared = tree / "usr/share" / package
    shared.mkdir(parents=True)
    (shared / "version").write_text(f"{version}\n")
    run("dpkg-deb", "--root-owner-group", "--build", tree, folder)
    shutil.rmtree(tree)


def _index(folder: Path, codename: str) -> None:
    stanzas = []
    for deb in sorted(folder.glob("*.deb")):
        content = deb.read_bytes()
        stanzas.append(
            f"{run('dpkg-deb', '--field', deb).rstrip()}\nFilename: ./{deb.name}\n"
            f"Size: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
        )
    packages = "\n".join(stanzas).encode()
    (folder / "Packages").write_bytes(packages)
    (folder / "Release").write_text(
        f"Origin: testkit\nLabel: testkit\nSuite: {codename}\nCodename: {codename}\n"
        "Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
        f"SHA256:\n {hashlib.sha256(packages).hexdigest()} {len(packages)} Packages\n"
    )


def _sign(root: Path, home: Path) -> None:
    inside = f"/{home.relative_to(root)}"
    options = ("--homedir", "/run/signing", "--batch", "--yes", "--pinentry-mode", "loopback")
    gpg = ("chroot", root, "gpg", *options)
    (root / "run/signing").mkdir(mode=0o700)
    run(*gpg, "--passphrase", "", "--quick-generate-key", _SIGNER, "rsa3072", "sign", "never")
    run(*gpg, "--armor", "--output", f"{inside}/key.asc", "--export")
    for name in MADE_PACKAGES:
        folder = f"{inside}/{name}"
        run(*gpg, "--clear-sign", "--output", f"{folder}/InRelease", f"{folder}/Release")
    run("chroot", root, "gpgconf", "--homedir", "/run/signing", "--kill", "all")
    shutil.rmtree(root / "run/signing")


def _use_only(root: Path, name: str) -> None:
    shutil.rmtree(root / "var/lib/apt/lists")
    (root / "var/lib/apt/lists/partial").mkdir(parents=True)
    for deb in (root / "var/cache/apt/archives").glob("*.deb"):
        deb.unlink()
    (root / "etc/apt/sources.list").write_text(
        f"deb [signed-by=/{REPOSITORIES}/key.asc] file:/{REPOSITORIES}/{name} ./\n"
    )
    (root / "etc/apt/apt.conf.d/90testkit").write_text('Acquire::Languages "none";\n')
    run("chroot", root, "apt-get", "update")
