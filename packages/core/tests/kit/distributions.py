"""Installed distributions, made of files: what a package manager leaves in a folder of `sys.path`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyinfra.plugins import Registry

if sys.version_info >= (3, 12):
    from importlib import metadata
else:
    import importlib_metadata as metadata


def install(
    folder: Path,
    name: str,
    points: Mapping[str, Mapping[str, str]],
    version: str = "1.0",
    requires: Iterable[str] = (),
    keywords: str = "",
) -> Path:
    """Write a distribution's metadata.

    Args:
        folder: a folder that is, or will be, on `sys.path`.
        name: the distribution's name.
        points: entry points by group (`operations`) and name.
        version: its version.
        requires: its `Requires-Dist`.
        keywords: its keywords, as written.

    Returns:
        The folder of its metadata.
    """
    made = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    made.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Keywords: {keywords}"] if keywords else []
    lines += [f"Requires-Dist: {one}" for one in requires]
    (made / "METADATA").write_text("\n".join(lines) + "\n")
    text = ""
    for group, own in points.items():
        text += f"[pyinfra.{group}]\n" + "".join(f"{point} = {target}\n" for point, target in own.items())
    (made / "entry_points.txt").write_text(text)
    return made


def registry_of(*folders: Path) -> Registry:
    """Give a registry that knows what is installed in some folders, and nothing else."""
    return Registry(metadata.distributions(path=[str(folder) for folder in folders]))
