"""Keys as people name them, and as gpg does."""

from __future__ import annotations

from typing import Any

from pyinfra.api import OperationTypeError, OperationValueError

# As long as the shortest IDs that GnuPG knows.
SHORTEST_ID = 8


def normalize_keyids(keyid: str | list[str] | None) -> list[str]:
    """Read IDs of keys.

    Args:
        keyid: IDs or fingerprints, or one, each with or without `0x` in front and spaces within.

    Returns:
        The IDs without their spaces.

    Raises:
        OperationTypeError: one is no str.
        OperationValueError: one is not made of letters and digits, or there is none.
    """
    given = [keyid] if isinstance(keyid, str) else list(keyid or ())
    if keyid is not None and not given:
        raise OperationValueError(f"keyid must be the ID or the fingerprint of a key, not {keyid!r}")
    for one in given:
        if not isinstance(one, str):
            raise OperationTypeError(f"keyid must be the ID or the fingerprint of a key (str), not {one!r}")
    ids = ["".join(one.split()) for one in given]
    for one in ids:
        bare = _bare(one)
        if not (bare.isascii() and bare.isalnum()):
            raise OperationValueError(f"keyid must be the ID or the fingerprint of a key, not {one!r}")
    return ids


def _bare(keyid: str) -> str:
    return keyid.upper().removeprefix("0X")


def check_long_enough(keyids: list[str]) -> None:
    """Refuse IDs that would be those of many keys.

    Args:
        keyids: the IDs.

    Raises:
        OperationValueError: one has less than eight digits.
    """
    for keyid in keyids:
        if len(_bare(keyid)) < SHORTEST_ID:
            raise OperationValueError(f"keyid must have {SHORTEST_ID} digits at least, not {keyid!r}")


def is_key(keyid: str, listed_id: str, key: dict[str, Any]) -> bool:
    """Tell whether an ID is that of a listed key.

    Args:
        keyid: a short or long ID, or a fingerprint.
        listed_id: the ID that the key is listed under.
        key: what is known of the key.

    Returns:
        Whether one is the end of the other. An ID shorter than GnuPG's is that of no key: it would fit too many.
    """
    wanted, fingerprint = _bare(keyid), str(key.get("fingerprint") or "").upper()
    if len(wanted) < SHORTEST_ID:
        return False
    if fingerprint and fingerprint.endswith(wanted):
        return True
    listed = _bare(listed_id)
    return listed.endswith(wanted) or (not fingerprint and bool(listed) and wanted.endswith(listed))


def has_key(keyid: str, keys: dict[str, dict[str, Any]]) -> bool:
    """Tell whether one of some keys, or a subkey of one, has an ID."""
    return any(
        is_key(keyid, listed_id, key)
        or any(is_key(keyid, sub_id, subkey) for sub_id, subkey in (key.get("subkeys") or {}).items())
        for listed_id, key in keys.items()
    )
