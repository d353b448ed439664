"""Facts about which distribution of Linux a host runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Any

from pyinfra.api import FactBase, ShortFactBase
from typing_extensions import override

# The names that deploys compare with, where they differ from the NAME of os-release.
SHORT_NAMES = {
    "alpine": "Alpine",
    "centos": "CentOS",
    "debian": "Debian",
    "fedora": "Fedora",
    "gentoo": "Gentoo",
    "opensuse": "openSUSE",
    "opensuse-leap": "openSUSE",
    "rhel": "RedHat",
    "ubuntu": "Ubuntu",
}
# The same for hosts whose release files give no ID.
NAME_BEGINNINGS = {
    "Alpine": "Alpine",
    "CentOS": "CentOS",
    "Debian": "Debian",
    "Fedora": "Fedora",
    "Gentoo": "Gentoo",
    "Red Hat": "RedHat",
    "Ubuntu": "Ubuntu",
}
# What the file of a vendor is called; a copy of it is kept as system-release.
VENDOR_FILE = re.compile(r"(?!(?:os|lsb|system)-)\w+-release")
RELEASE_LINE = re.compile(r"(?P<name>\D*?)\s*(?:\brelease\b|\bversion\b)?\s*(?P<version>\d+(?:\.\d+)*)\b")


class Distribution(dict[str, Any]):
    """What `LinuxDistribution` gives: a plain dict that also equals the distribution's name.

    So both `distro["name"] == "Debian"` and `distro in ["Debian", "Ubuntu"]` hold.
    """

    @override
    def __eq__(self, other: object) -> bool:
        return self.get("name") == other if isinstance(other, str) else super().__eq__(other)

    @override
    def __ne__(self, other: object) -> bool:
        return not self == other

    @override
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.get("name"))


def parse_release(lines: Iterable[str]) -> dict[str, str]:
    """Read the lines of an os-release or lsb-release file.

    Args:
        lines: shell assignments, as os-release(5) has them; others are passed over.

    Returns:
        The values by their names.
    """
    values: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.strip().partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            continue
        try:
            words = shlex.split(value)
        except ValueError:
            continue
        values[name] = words[0] if words else ""
    return values


class OsRelease(FactBase[dict[str, str]]):
    """The contents of `/etc/os-release`, with keys in lower case.

    .. code:: python

        {"name": "Debian GNU/Linux", "version_id": "12", "id": "debian", ...}
    """

    command = "cat /etc/os-release"
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        return {name.lower(): value for name, value in parse_release(output).items()}


class LsbRelease(FactBase[dict[str, str]]):
    """What `lsb_release -ca` says of the distribution.

    .. code:: python

        {"id": "Ubuntu", "description": "Ubuntu 18.04.2 LTS", "release": "18.04", "codename": "bionic"}
    """

    command = "lsb_release -ca"
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "lsb_release"

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for line in output:
            name, colon, value = line.partition(":")
            if colon and name.strip():
                # "Distributor ID" and "LSB Version" are the two of two words.
                values[name.split()[-1].lower()] = value.strip()
        return values


class LinuxDistribution(FactBase[Distribution]):
    """The distribution of Linux, from the release files in `/etc`.

    .. code:: python

        {
            "name": "Ubuntu",
            "major": 20,
            "minor": 4,
            "release_meta": {"CODENAME": "Focal Fossa", "ID": "ubuntu", "VERSION_ID": "20.04", ...},
        }

    The value equals its name too: `host.get_fact(LinuxDistribution) in ["Debian", "Ubuntu"]`. `release_meta`
    holds what os-release says, with its `CODENAME` where there is one.
    """

    command = (
        "cd /etc/ && for file in $(ls -pdL *-release | grep -v /); "
        'do echo "/etc/${file}"; cat "/etc/${file}"; echo ---; done'
    )
    side_effect_free = True

    @override
    @staticmethod
    def default() -> Distribution:
        return Distribution(name=None, major=None, minor=None, release_meta={})

    @override
    def process(self, output: list[str]) -> Distribution:
        files = _split_files(output)
        meta = parse_release(files.get("os-release", []))
        lsb = parse_release(files.get("lsb-release", []))
        vendor_name, vendor_version = _vendor_release(files)
        major, minor = _numbers(
            _most_exact(meta.get("VERSION_ID") or lsb.get("DISTRIB_RELEASE"), vendor_version)
        )
        name = _short_name(meta.get("NAME") or vendor_name or lsb.get("DISTRIB_ID"), meta.get("ID"))
        codename = _codename(meta)
        return Distribution(
            name="" if name is None and meta else name,
            major=major,
            minor=minor,
            release_meta=meta if codename is None else {**meta, "CODENAME": codename},
        )


class LinuxName(ShortFactBase["str | None"]):
    """The name of the distribution of Linux, such as `Debian`; see `LinuxDistribution`."""

    fact = LinuxDistribution

    @override
    def process_data(self, data: dict[str, Any]) -> str | None:
        name: str | None = data["name"]
        return name


def _split_files(output: list[str]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in output:
        if lines is None and line.startswith("/etc/"):
            lines = files.setdefault(line[len("/etc/") :], [])
        elif line == "---":
            lines = None
        elif lines is not None:
            lines.append(line)
    return files


def _vendor_release(files: dict[str, list[str]]) -> tuple[str | None, str | None]:
    line = ""
    # Many vendors keep a copy of theirs, or what they are compatible with, as redhat-release.
    for file in sorted(filter(VENDOR_FILE.fullmatch, files), key="redhat-release".__eq__):
        line = next(iter(files[file]), "").strip()
        found = RELEASE_LINE.match(line)
        if found:
            name = re.sub(r"\s+(Linux|Base System)$", "", found["name"].strip())
            return name or file[: -len("-release")].capitalize(), found["version"]
    return line or None, None


def _most_exact(version: str | None, vendor_version: str | None) -> str | None:
    if version and vendor_version and not vendor_version.startswith(f"{version}."):
        return version
    return vendor_version or version


def _numbers(version: str | None) -> tuple[int | None, int | None]:
    found = re.match(r"(\d+)(?:\.(\d+))?", version or "")
    if not found:
        return None, None
    return int(found[1]), int(found[2]) if found[2] else None


def _short_name(name: str | None, identifier: str | None) -> str | None:
    if not name:
        return SHORT_NAMES.get(identifier or "")
    if identifier:
        return SHORT_NAMES.get(identifier, name)
    return next((short for start, short in NAME_BEGINNINGS.items() if name.startswith(start)), name)


def _codename(meta: dict[str, str]) -> str | None:
    for key in ("VERSION_CODENAME", "UBUNTU_CODENAME"):
        if key in meta:
            return meta[key]
    found = re.search(r"\(([^()]+)\)|,\s*(\S.*)", meta.get("VERSION", ""))
    return (found[1] or found[2]) if found else None
