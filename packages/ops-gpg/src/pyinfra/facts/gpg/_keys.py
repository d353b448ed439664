"""The keys of one file or keyring."""

from __future__ import annotations

from urllib.parse import urlparse

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override

from ._listing import GpgKeyInfo, parse_listing


class GpgFactBase(FactBase[dict[str, GpgKeyInfo]]):
    """What facts that list keys share."""

    abstract = True

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "gpg"

    @override
    def process(self, output: list[str]) -> dict[str, GpgKeyInfo]:
        return parse_listing(output)


class GpgKey(GpgFactBase):
    """The public keys in a file on the host, or at a URL, armored or not.

    Parses `gpg --with-colons`. A URL is fetched on the host with wget or curl, and what is there shown to gpg; nothing
    is added to any keyring.

    ```python
    {
        "8D81803C0EBFCD88": {
            "validity": "-",
            "length": 4096,
            "subkeys": {"7EA0A9C3F273FCD8": {"validity": "-", "length": 4096}},
            "fingerprint": "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
            "uid": "Docker Release (CE deb) <docker@docker.com>",
            "uid_hash": "",
        },
    }
    ```

    **Example:**

    ```python
    host.get_fact(GpgKey, src="/etc/apt/keyrings/docker.asc")
    ```
    """

    def command(self, src: str) -> StringCommand:
        """Give the command.

        Args:
            src: a path on the host, or a URL (`http`, `https`, `ftp`).

        Returns:
            The command.
        """
        if urlparse(src).scheme in {"http", "https", "ftp"}:
            url = QuoteString(src)
            fetch = StringCommand("wget -O - ", url, " || curl -sSLf ", url, _separator="")
            return StringCommand("(", fetch, ") | gpg --with-colons", _separator="")
        return StringCommand("gpg --with-colons", quote_path(src))


def _keyring_options(keyring: str | None) -> StringCommand:
    if keyring is None:
        return StringCommand()
    return StringCommand(" --keyring", quote_path(keyring), "--no-default-keyring")


class GpgKeys(GpgFactBase):
    """The public keys of a keyring, as `GpgKey` gives them.

    Parses `gpg --list-keys --with-colons`.
    """

    def command(self, keyring: str | None = None) -> StringCommand:
        """Give the command.

        Args:
            keyring: the path of the keyring; None for the user's own.

        Returns:
            The command.
        """
        return StringCommand("gpg --list-keys --with-colons", _keyring_options(keyring), _separator="")


class GpgSecretKeys(GpgFactBase):
    """The secret keys of a keyring, as `GpgKey` gives public ones.

    Parses `gpg --list-secret-keys --with-colons`.
    """

    def command(self, keyring: str | None = None) -> StringCommand:
        """Give the command.

        Args:
            keyring: the path of the keyring; None for the user's own.

        Returns:
            The command.
        """
        return StringCommand("gpg --list-secret-keys --with-colons", _keyring_options(keyring), _separator="")
