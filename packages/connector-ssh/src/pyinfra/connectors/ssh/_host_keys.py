"""Whether a host is the one it says it is."""

from __future__ import annotations

import base64
import hashlib
import logging
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyinfra.api.exceptions import ConnectError

from ._certificates import SUFFIX, parse_certificate
from ._known_hosts import Entry, append_key, find_entries

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger("pyinfra")

CHOICES = ("accept-new", "ask", "no", "off", "yes")

# What a key of a type signs with, best first.
_RSA = ("rsa-sha2-512", "rsa-sha2-256")


@dataclass(frozen=True)
class HostKey:
    """The key that a host showed and proved to hold.

    Attributes:
        key_type: such as `ssh-ed25519`.
        key: the public key, as ssh sends it.
        certificate: the certificate that came with it, as ssh sends it.
    """

    key_type: str
    key: bytes
    certificate: bytes | None = None

    @property
    def fingerprint(self) -> str:
        """The key's SHA256 fingerprint, as ssh-keygen -l prints it."""
        return fingerprint(self.key)


@dataclass(frozen=True)
class HostKeyPolicy:
    """Which keys a host may have.

    Attributes:
        name: the host, as known_hosts has it.
        bare_name: its name without a port.
        files: known_hosts files, the user's first: new keys are added to the first one.
        user_files: how many of them are the user's.
        strict: one of `CHOICES`.
        hashed: whether names that are added are hashed.
        prefix: what a line of the log starts with.
    """

    name: str
    bare_name: str
    files: tuple[Path, ...]
    user_files: int
    strict: str
    hashed: bool = False
    prefix: str = ""

    def algorithms(self, offered: tuple[str, ...]) -> tuple[str, ...]:
        """Order host key algorithms so that the host shows a key that is known, where it has one.

        Args:
            offered: all that can be used, certificates' too, best first.

        Returns:
            The same ones; those of known keys first.
        """
        entries = self._entries() or self._portless()
        first: list[str] = []
        if any(entry.marker == "@cert-authority" for entry in entries):
            first += [name for name in offered if name.endswith(SUFFIX)]
        for entry in entries:
            if not entry.marker:
                first += _RSA if entry.key_type == "ssh-rsa" else (entry.key_type,)
        ordered = [name for name in dict.fromkeys(first) if name in offered]
        plain = [name for name in offered if not name.endswith(SUFFIX)]
        return tuple(dict.fromkeys([*ordered, *plain]))

    def check(self, shown: HostKey) -> None:
        """Accept a host's key, or refuse it.

        Args:
            shown: the key.

        Raises:
            ConnectError: it is refused.
        """
        entries, portless = self._entries(), self._portless()
        self._refuse_revoked([*entries, *portless], shown)
        plain = [entry for entry in entries if not entry.marker]
        if self._is_proven(entries, shown) or (not plain and self._is_proven(portless, shown)):
            return
        if plain:
            self._changed(plain, shown)
        else:
            self._unknown(shown)

    def _is_proven(self, entries: list[Entry], shown: HostKey) -> bool:
        if shown.certificate is not None and self._is_certified(entries, shown):
            return True
        return any(entry.key == shown.key and not entry.marker for entry in entries)

    def _entries(self) -> list[Entry]:
        return self._find(self.name)

    def _portless(self) -> list[Entry]:
        """Lines without the port, for a host on another port: like ssh, we take them to know it, not to refuse it."""
        return self._find(self.bare_name) if self.name != self.bare_name else []

    def _find(self, name: str) -> list[Entry]:
        try:
            return find_entries(self.files, name)
        except OSError as error:
            raise ConnectError(
                f"the known hosts file {error.filename} can't be read: {error.strerror}"
            ) from error

    def _refuse_revoked(self, entries: list[Entry], shown: HostKey) -> None:
        keys = {shown.key}
        if shown.certificate is not None:
            keys.add(parse_certificate(shown.certificate).authority)
        for entry in entries:
            if entry.marker == "@revoked" and entry.key in keys:
                raise ConnectError(
                    f"host key revoked: {self.name} shows the {shown.key_type} key {shown.fingerprint}, "
                    f"which {entry.where} revokes; nothing was sent"
                )

    def _is_certified(self, entries: list[Entry], shown: HostKey) -> bool:
        assert shown.certificate is not None
        authorities = {entry.key for entry in entries if entry.marker == "@cert-authority"}
        if not authorities:
            return False
        fault = parse_certificate(shown.certificate).fault(self.bare_name, authorities)
        if fault is not None:
            logger.warning("%sthe host certificate of %s is not accepted: %s", self.prefix, self.name, fault)
        return fault is None

    def _changed(self, known: list[Entry], shown: HostKey) -> None:
        what = (
            f"host key changed: {self.name} shows the {shown.key_type} key {shown.fingerprint}, not the one"
        )
        where = ", ".join(dict.fromkeys(entry.where for entry in known))
        if self.strict in ("no", "off"):
            logger.warning(
                "%s%s in %s; accepted, as strict host key checking is off", self.prefix, what, where
            )
            return
        file = known[0].where.rpartition(":")[0]
        raise ConnectError(
            f"{what} in {where}; nothing was sent. If the host was installed anew, run: "
            f"ssh-keygen -R {shlex.quote(self.name)} -f {shlex.quote(file)}; if not, someone may be in between"
        )

    def _unknown(self, shown: HostKey) -> None:
        key = f"{shown.key_type} key {shown.fingerprint}"
        files = " and ".join(str(file) for file in self.files[: self.user_files]) or "any known hosts file"
        if self.strict in ("yes", "ask"):
            raise ConnectError(
                f"host key unknown: {self.name} shows the {key}, which is not in {files}; nothing was sent. "
                "Add it once you have checked it, or set ssh_strict_host_key_checking to accept-new"
            )
        if self.strict in ("no", "off"):
            logger.warning(
                "%sthe %s of %s is unknown; accepted, as strict host key checking is off",
                self.prefix, key, self.name,
            )  # fmt: skip
            return
        self._add(shown, key)

    def _add(self, shown: HostKey, key: str) -> None:
        if not self.user_files:
            logger.warning(
                "%sthe %s of %s is new, and there is no file to add it to", self.prefix, key, self.name
            )
            return
        file = self.files[0]
        try:
            there = append_key(file, self.name, shown.key_type, shown.key, hashed=self.hashed)
        except OSError as error:
            logger.warning(
                "%sthe %s of %s is new, but could not be added to %s: %s",
                self.prefix, key, self.name, file, error.strerror,
            )  # fmt: skip
            return
        if not there:
            logger.warning("%sthe %s of %s is new: added to %s", self.prefix, key, self.name, file)
        elif not any(entry.key == shown.key and not entry.marker for entry in there):
            self._changed(there, shown)


def fingerprint(key: bytes) -> str:
    """Give a public key's SHA256 fingerprint, as ssh-keygen -l prints it.

    Args:
        key: the public key, as ssh sends it.

    Returns:
        Such as `SHA256:…`.
    """
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
