"""Private keys, from files."""

from __future__ import annotations

import base64
import binascii
import re
from io import StringIO
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from paramiko import ECDSAKey, Ed25519Key, Message, PKey, RSAKey, SSHException

if TYPE_CHECKING:
    from pathlib import Path

_OPENSSH_MAGIC = b"openssh-key-v1\0"
_ARMOR = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)


class KeyFileError(Exception):
    """A private key can't be used; the message says why and what to do."""


class PassphraseNeededError(KeyFileError):
    """A private key is encrypted and no passphrase was given."""


def load_key(path: Path, passphrase: str | None) -> PKey:
    """Load a private key, and the certificate that lies beside it.

    Args:
        path: the key's file: ed25519, ecdsa or rsa, in OpenSSH's or PEM's format (PKCS#1, SEC1, PKCS#8).
        passphrase: what it is encrypted with; ignored where it is not.

    Returns:
        The key.

    Raises:
        PassphraseNeededError: it is encrypted and there is no passphrase.
        KeyFileError: it can't be read or decrypted, or is no key of these types.
    """
    content = _read(path)
    armored = _ARMOR.search(content)
    if armored is None:
        hint = "; name the private key, not the .pub file" if content.startswith((b"ssh-", b"ecdsa-")) else ""
        raise KeyFileError(f"{path} is not a private key{hint}")
    encrypted = _is_encrypted(armored)
    if encrypted and not passphrase:
        raise PassphraseNeededError(
            f"the key {path} is encrypted: set ssh_key_password, or add the key to the ssh agent"
        )
    secret = passphrase.encode() if passphrase and encrypted else None
    key = _decoded(path, armored, secret)
    certificate = path.with_name(path.name + "-cert.pub")
    if certificate.is_file():
        attach_certificate(key, certificate)
    return key


def attach_certificate(key: PKey, path: Path) -> None:
    """Have a key be shown with a certificate.

    Args:
        key: the key.
        path: the certificate's file.

    Raises:
        KeyFileError: it is no certificate, or another key's.
    """
    try:
        key.load_certificate(str(path))
    except (OSError, ValueError, SSHException, binascii.Error) as error:
        raise KeyFileError(f"the certificate {path} can't be used with its key: {error}") from error


def public_key_of(path: Path) -> bytes | None:
    """Give the public part of a private key without decrypting it.

    Args:
        path: the private key's file.

    Returns:
        The public key as ssh sends it; None where neither the file nor the `.pub` file beside it tells.
    """
    try:
        armored = _ARMOR.search(path.read_bytes())
        if armored is not None and armored[1] == b"OPENSSH PRIVATE KEY":
            return _openssh_parts(armored[2])[1] or None
        fields = path.with_name(path.name + ".pub").read_bytes().split()
        return base64.b64decode(fields[1])
    except (OSError, ValueError, IndexError, SSHException):
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise KeyFileError(f"the key file {path} does not exist; check ssh_key") from None
    except OSError as error:
        raise KeyFileError(f"the key file {path} can't be read: {error.strerror}") from error


def _is_encrypted(armored: re.Match[bytes]) -> bool:
    if armored[1] == b"OPENSSH PRIVATE KEY":
        return _openssh_parts(armored[2])[0] != b"none"
    return armored[1] == b"ENCRYPTED PRIVATE KEY" or b"Proc-Type: 4,ENCRYPTED" in armored[2]


def _openssh_parts(body: bytes) -> tuple[bytes, bytes]:
    """The cipher's name and the public key, which are in the clear."""
    try:
        packed = base64.b64decode(body)
    except binascii.Error:
        packed = b""
    if not packed.startswith(_OPENSSH_MAGIC):
        return b"none", b""
    message = Message(packed.removeprefix(_OPENSSH_MAGIC))
    cipher = message.get_binary()
    message.get_binary()  # key derivation function
    message.get_binary()  # its options
    message.get_int()  # number of keys
    return cipher, message.get_binary()


def _decoded(path: Path, armored: re.Match[bytes], secret: bytes | None) -> PKey:
    loaded: object
    try:
        if armored[1] == b"OPENSSH PRIVATE KEY":
            loaded = serialization.load_ssh_private_key(armored[0], secret)
        else:
            loaded = serialization.load_pem_private_key(armored[0], secret)
    except UnsupportedAlgorithm as error:
        raise KeyFileError(f"the key {path} is of a kind that can't be used: {error}") from error
    except (ValueError, TypeError) as error:
        if secret is not None:
            raise KeyFileError(f"bad passphrase for the key {path}; check ssh_key_password") from None
        raise KeyFileError(f"the key file {path} is damaged: {error}") from error
    if isinstance(loaded, rsa.RSAPrivateKey):
        return RSAKey(key=loaded)
    if isinstance(loaded, ec.EllipticCurvePrivateKey):
        return ECDSAKey(vals=(loaded, loaded.public_key()))
    if isinstance(loaded, ed25519.Ed25519PrivateKey):
        plain = loaded.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        return Ed25519Key.from_private_key(StringIO(plain.decode()))
    raise KeyFileError(f"the key {path} is of a kind that can't be used; ed25519, ecdsa and rsa can")
