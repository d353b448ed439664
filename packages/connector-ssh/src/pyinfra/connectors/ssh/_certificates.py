"""Certificates of hosts, as OpenSSH's PROTOCOL.certkeys has them."""

from __future__ import annotations

import time
from collections.abc import Container
from dataclasses import dataclass

from paramiko import Message, PKey, SSHException
from paramiko.pkey import UnknownKeyType

from ._config import match_list

SUFFIX = "-cert-v01@openssh.com"
_HOST = 2

# How many fields of the key itself come after the nonce.
_KEY_FIELDS = {"ssh-rsa": 2, "ssh-ed25519": 1}
_ECDSA_FIELDS = 2


@dataclass
class HostCertificate:
    """What a certificate says.

    Attributes:
        kind: 1 for a user's, 2 for a host's.
        principals: the names it is for.
        valid_after: seconds since the epoch.
        valid_before: seconds since the epoch.
        critical: whether it has critical options, of which hosts have none that we know.
        authority: the public key of who signed it.
        signed: the bytes that the signature covers.
        signature: the signature.
    """

    kind: int
    principals: list[str]
    valid_after: int
    valid_before: int
    critical: bool
    authority: bytes
    signed: bytes
    signature: bytes

    def fault(self, name: str, authorities: Container[bytes]) -> str | None:
        """Say why the certificate does not prove who a host is.

        Args:
            name: the host's name, without its port.
            authorities: public keys of those whose word is taken for it.

        Returns:
            The reason, or None where all is well.
        """
        if self.authority not in authorities:
            return "it is signed by an authority that known_hosts does not name for this host"
        if self.kind != _HOST:
            return "it is a user's, not a host's"
        if not any(match_list(principal.lower(), name) for principal in self.principals):
            return f"it is for {', '.join(self.principals) or 'no name'}"
        if not self.valid_after <= time.time() < self.valid_before:
            return "it is not valid now"
        if self.critical:
            return "it has critical options that are not known"
        return None if self._is_signed() else "its signature is wrong"

    def _is_signed(self) -> bool:
        try:
            authority = PKey.from_type_string(Message(self.authority).get_text(), self.authority)
            return bool(authority.verify_ssh_sig(self.signed, Message(self.signature)))
        except (UnknownKeyType, SSHException, ValueError):
            return False


def parse_certificate(blob: bytes) -> HostCertificate:
    """Parse a certificate.

    Args:
        blob: the certificate as ssh sends it.

    Returns:
        What it says.

    Raises:
        ValueError: it is none.
    """
    message = Message(blob)
    key_type = message.get_text()
    if not key_type.endswith(SUFFIX):
        raise ValueError(f"{key_type} is no certificate")
    message.get_binary()  # nonce
    for _ in range(_KEY_FIELDS.get(key_type.removesuffix(SUFFIX), _ECDSA_FIELDS)):
        message.get_binary()
    message.get_int64()  # serial
    kind = message.get_int()
    message.get_binary()  # key id
    principals = _texts(message.get_binary())
    valid_after, valid_before = message.get_int64(), message.get_int64()
    critical = bool(message.get_binary())
    message.get_binary()  # extensions
    message.get_binary()  # reserved
    authority = message.get_binary()
    signed = message.get_so_far()
    signature = message.get_binary()
    return HostCertificate(
        kind, principals, valid_after, valid_before, critical, authority, signed, signature
    )


def _texts(packed: bytes) -> list[str]:
    message = Message(packed)
    found = []
    while message.get_remainder():
        found.append(message.get_text())
    return found
