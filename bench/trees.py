"""The local files of W4, and whether a host has them."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from pyinfra_testkit.hosts import RealHost

from .tools import SYNCED, UPLOADED

_MIB = 1 << 20
_FOLDERS, _FILES = 20, 50
_SMALLEST, _LARGEST = 200, 4000


def make_upload(cache: Path) -> Path:
    """Give a file of 100 MiB that can't be compressed, made where it is not there."""
    file = cache / "files/upload.bin"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = random.Random(1)  # the same file each time
        file.write_bytes(b"".join(noise.randbytes(_MIB) for _ in range(100)))
    return file


def make_tree(cache: Path) -> Path:
    """Give a folder with 1,000 files of 200 to 4,000 bytes in 20 folders, made where it is not there."""
    tree = cache / "files/tree"
    if not tree.exists():
        noise = random.Random(2)  # the same tree each time
        new = tree.with_name("tree.new")
        for folder in range(_FOLDERS):
            (new / f"folder-{folder}").mkdir(parents=True)
            for file in range(_FILES):
                content = noise.randbytes(noise.randint(_SMALLEST, _LARGEST))
                (new / f"folder-{folder}/file-{file}").write_bytes(content)
        new.rename(tree)
    return tree


def upload_problems(host: RealHost, upload: Path) -> list[str]:
    """Say what is wrong with the uploaded file on a host."""
    there = host.root / UPLOADED.lstrip("/")
    if not there.exists():
        return [f"{host.name}: there is no {UPLOADED}"]
    same = _digest(there) == _digest(upload)
    return (
        []
        if same
        else [f"{host.name}: {UPLOADED} has {there.stat().st_size} bytes, and not those of the local file"]
    )


def tree_problems(host: RealHost, tree: Path) -> list[str]:
    """Say what is wrong with the synced tree on a host."""
    there = host.root / SYNCED.lstrip("/")
    files = [path.relative_to(tree) for path in tree.glob("*/*")]
    right = sum(
        (there / file).exists() and (there / file).read_bytes() == (tree / file).read_bytes()
        for file in files
    )
    return [] if right == len(files) else [f"{host.name}: {right} of {len(files)} files are there"]


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        digest = hashlib.sha256()
        while block := opened.read(_MIB):
            digest.update(block)
        return digest.digest()
