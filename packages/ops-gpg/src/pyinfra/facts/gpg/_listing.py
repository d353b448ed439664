"""What `gpg --with-colons` prints (GnuPG's `doc/DETAILS`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

GpgKeyInfo = dict[str, Any]

# Numbers of a record's fields, from 0.
_VALIDITY, _LENGTH, _KEY_ID, _UID_HASH, _USER_ID = 1, 2, 4, 7, 9
_FINGERPRINT = 9

_KEYS = ("pub", "sec")
_SUBKEYS = ("sub", "ssb")
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")


def parse_listing(output: Iterable[str]) -> dict[str, GpgKeyInfo]:
    """Parse a listing of keys.

    Args:
        output: lines of `gpg --with-colons`; those that are no whole record are left out.

    Returns:
        For each key, by its long ID: `validity` (a letter), `length` (bits), `subkeys` (the same by their IDs),
        `fingerprint`, `uid` and `uid_hash` where they are told. Of several user IDs the last one is given. A key
        whose ID one before it has is given by its fingerprint.
    """
    keys: list[tuple[str, GpgKeyInfo]] = []
    key: GpgKeyInfo | None = None
    newest: GpgKeyInfo | None = None
    for line in output:
        fields = line.split(":")
        kind = fields[0]
        if kind in _KEYS and len(fields) > _KEY_ID:
            key = newest = {**_key(fields), "subkeys": {}}
            keys.append((fields[_KEY_ID], key))
        elif kind in _SUBKEYS and len(fields) > _KEY_ID and key is not None:
            newest = key["subkeys"][fields[_KEY_ID]] = _key(fields)
        elif kind == "fpr" and len(fields) > _FINGERPRINT and newest is not None:
            newest.setdefault("fingerprint", fields[_FINGERPRINT])
        elif kind == "uid" and len(fields) > _USER_ID and key is not None:
            key["uid_hash"], key["uid"] = fields[_UID_HASH], _unescape(fields[_USER_ID])
    return _by_id(keys)


def _by_id(keys: Iterable[tuple[str, GpgKeyInfo]]) -> dict[str, GpgKeyInfo]:
    """Give keys by their IDs, those by their fingerprints that have the ID of another: IDs can be forged."""
    found: dict[str, GpgKeyInfo] = {}
    for key_id, key in keys:
        fingerprint = key.get("fingerprint")
        is_other = key_id in found and fingerprint and found[key_id].get("fingerprint") != fingerprint
        found[str(fingerprint) if is_other else key_id] = key
    return found


def _key(fields: list[str]) -> GpgKeyInfo:
    length = fields[_LENGTH]
    return {"validity": fields[_VALIDITY], "length": int(length) if length.isdecimal() else None}


def _unescape(text: str) -> str:
    """Undo gpg's escapes: each stands for a byte."""

    def byte(match: re.Match[str]) -> bytes:
        return bytes([int(match.group(1), 16)])

    pieces, end = [], 0
    for match in _ESCAPED.finditer(text):
        pieces += [text[end : match.start()].encode("utf-8", "surrogateescape"), byte(match)]
        end = match.end()
    pieces.append(text[end:].encode("utf-8", "surrogateescape"))
    return b"".join(pieces).decode("utf-8", "surrogateescape")
