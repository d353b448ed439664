"""Private key files of all kinds, made by ssh-keygen and openssl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pyinfra.connectors.ssh._keys import KeyFileError, PassphraseNeededError, load_key, public_key_of

Keygen = Callable[..., Path]

FORMATS = {"openssh": (), "pem": ("-m", "PEM"), "pkcs8": ("-m", "PKCS8")}
KINDS = [
    *((kind, name) for kind in ("rsa", "ecdsa") for name in FORMATS),
    ("ed25519", "openssh"),
]


@pytest.mark.parametrize(("kind", "form"), KINDS)
@pytest.mark.parametrize("passphrase", ["", "a päss phrase"])
def test_every_kind_loads(tmp_path: Path, ssh_keygen: Keygen, kind: str, form: str, passphrase: str) -> None:
    path = ssh_keygen(tmp_path / "key", kind, passphrase, *FORMATS[form])

    key = load_key(path, passphrase or None)

    assert key.get_base64() == Path(f"{path}.pub").read_text().split()[1]
    assert key.can_sign()


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_a_passphrase_is_missing_or_wrong(tmp_path: Path, ssh_keygen: Keygen, kind: str, form: str) -> None:
    path = ssh_keygen(tmp_path / "key", kind, "the right one", *FORMATS[form])

    with pytest.raises(PassphraseNeededError, match=r"key .* is encrypted: set ssh_key_password"):
        load_key(path, None)
    with pytest.raises(KeyFileError, match="bad passphrase for the key") as caught:
        load_key(path, "the wrong one")

    assert "wrong one" not in str(caught.value)


def test_a_passphrase_that_is_not_needed_does_no_harm(tmp_path: Path, ssh_keygen: Keygen) -> None:
    assert load_key(ssh_keygen(tmp_path / "key", "ed25519"), "unused").can_sign()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a private key"),
        (b"ssh-ed25519 AAAA comment\n", "name the private key, not the .pub file"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
        (b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "damaged"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\n!\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
    ],
)
def test_what_is_no_key(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(KeyFileError, match=message):
        load_key(path, None)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="does not exist; check ssh_key"):
        load_key(tmp_path / "missing", None)
    with pytest.raises(KeyFileError, match="can't be read: Is a directory"):
        load_key(tmp_path, None)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_kind_that_ssh_has_not(tmp_path: Path) -> None:
    path = tmp_path / "key"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "X25519", "-out", path], check=True, capture_output=True
    )

    with pytest.raises(KeyFileError, match="of a kind that can't be used"):
        load_key(path, None)


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_the_public_part_needs_no_passphrase(
    tmp_path: Path, ssh_keygen: Keygen, kind: str, form: str
) -> None:
    path = ssh_keygen(tmp_path / "key", kind, "secret", *FORMATS[form])

    assert public_key_of(path) == load_key(path, "secret").asbytes()


def test_no_public_part(tmp_path: Path, ssh_keygen: Keygen) -> None:
    path = ssh_keygen(tmp_path / "key", "rsa", "secret", "-m", "PEM")
    Path(f"{path}.pub").unlink()

    assert public_key_of(path) is None
    assert public_key_of(tmp_path / "missing") is None


def test_a_certificate_beside_the_key_is_used(tmp_path: Path, ssh_keygen: Keygen) -> None:
    authority, path = ssh_keygen(tmp_path / "ca", "ed25519"), ssh_keygen(tmp_path / "key", "ed25519")
    subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "id", "-n", "me", f"{path}.pub"], check=True)

    assert load_key(path, None).public_blob.key_type == "ssh-ed25519-cert-v01@openssh.com"


def test_another_keys_certificate_is_an_error(tmp_path: Path, ssh_keygen: Keygen) -> None:
    path = ssh_keygen(tmp_path / "key", "ed25519")
    (tmp_path / "key-cert.pub").write_text("nonsense\n")

    with pytest.raises(KeyFileError, match="can't be used with its key"):
        load_key(path, None)
