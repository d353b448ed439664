"""The file known_hosts: read, searched, and added to. The format is that of sshd(8)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ._config import match_list

if TYPE_CHECKING:
    from pathlib import Path

with contextlib.suppress(ImportError):  # not on Windows, where appending is not locked
    import fcntl

_MARKERS = {"@revoked", "@cert-authority"}
_FEWEST_FIELDS = 3
_SSH_PORT = 22


@dataclass(frozen=True)
class Entry:
    """A line of known_hosts.

    Attributes:
        names: the host names as they stand there: patterns with commas between, or one hashed name.
        key_type: such as `ssh-ed25519`.
        key: the public key, as ssh sends it.
        marker: `@revoked`, `@cert-authority` or empty.
        where: `file:line`.
    """

    names: str
    key_type: str
    key: bytes
    marker: str
    where: str

    def matches(self, name: str) -> bool:
        """Tell whether the line is about a host, named as `known_name` does."""
        if self.names.startswith("|1|"):
            return _is_hash_of(self.names, name)
        return match_list(self.names.lower(), name)


@dataclass
class _Book:
    """A file's lines, with those that hold plain names found by name."""

    plain: dict[str, list[Entry]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        if any(char in entry.names for char in "*?!|"):
            self.others.append(entry)
            return
        for name in set(entry.names.lower().split(",")):
            self.plain.setdefault(name, []).append(entry)


def known_name(host: str, port: int) -> str:
    """Give the name under which known_hosts has a host.

    Args:
        host: its name or address.
        port: its port; the standard one is not written.

    Returns:
        `host`, or `[host]:port`.
    """
    lowered = host.lower()
    return lowered if port == _SSH_PORT else f"[{lowered}]:{port}"


def find_entries(files: Iterable[Path], name: str) -> list[Entry]:
    """Find the lines about a host.

    Args:
        files: known_hosts files; one that is not there has no lines.
        name: the host, as `known_name` gives it.

    Returns:
        The lines, in the order of the files.

    Raises:
        OSError: a file can't be read.
    """
    found = []
    for file in files:
        book = _read(file)
        found += book.plain.get(name, [])
        found += [entry for entry in book.others if entry.matches(name)]
    return found


def _read(file: Path) -> _Book:
    try:
        stat = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _Book()
    return _parsed(file, stat.st_mtime_ns, stat.st_size)


# Asked for each host of a run, and a file of thousands of lines is not rare.
@lru_cache(maxsize=16)
def _parsed(file: Path, _changed: int, _size: int) -> _Book:
    book = _Book()
    for entry in parse_lines(file.read_text(encoding="utf-8", errors="surrogateescape"), str(file)):
        book.add(entry)
    return book


def parse_lines(text: str, file: str) -> Iterator[Entry]:
    """Parse the text of a known_hosts file.

    Args:
        text: the text. Lines that make no sense are passed over, as ssh does.
        file: what `Entry.where` names.

    Yields:
        Its lines.
    """
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        marker = fields.pop(0) if fields[0].startswith("@") else ""
        if len(fields) < _FEWEST_FIELDS or (marker and marker not in _MARKERS):
            continue
        try:
            key = base64.b64decode(fields[2], validate=True)
        except (binascii.Error, ValueError):
            continue
        yield Entry(fields[0], fields[1], key, marker, f"{file}:{number}")


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in hashed.split("|")[2:4])
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(digest, hmac.new(salt, name.encode(), hashlib.sha1).digest())


def hashed_name(name: str, salt: bytes | None = None) -> str:
    """Hash a host's name as ssh-keygen -H does.

    Args:
        name: the host, as `known_name` gives it.
        salt: 20 bytes; None for random ones.

    Returns:
        The first field of a line of known_hosts.
    """
    salt = salt or secrets.token_bytes(20)
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def append_key(file: Path, name: str, key_type: str, key: bytes, *, hashed: bool = False) -> list[Entry]:
    """Add a host's key to the end of a file, unless the host has come to be known meanwhile.

    Runs of other processes may do the same at the same time, so it looks once more, under a lock.

    Args:
        file: the known_hosts file; made, private, where it is missing.
        name: the host, as `known_name` gives it.
        key_type: the key's type.
        key: the public key, as ssh sends it.
        hashed: whether the name is to be hashed.

    Returns:
        The lines about the host that were there already; where there is one, nothing is added.

    Raises:
        OSError: it can't be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0) as known:
        with contextlib.suppress(NameError):
            fcntl.flock(known, fcntl.LOCK_EX)
        text = known.readall()
        entries = parse_lines(text.decode("utf-8", "surrogateescape"), str(file))
        there = [entry for entry in entries if entry.matches(name)]
        if not there:
            line = f"{hashed_name(name) if hashed else name} {key_type} {base64.b64encode(key).decode()}\n"
            known.write((b"" if not text or text.endswith(b"\n") else b"\n") + line.encode())
        return there
