"""The keys that apt trusts."""

from __future__ import annotations

from typing import Any

from pyinfra.api import FactBase
from pyinfra.facts.gpg import GpgKeyrings
from typing_extensions import override

KEY_DIRECTORIES = ["/etc/apt/trusted.gpg.d", "/etc/apt/keyrings", "/usr/share/keyrings"]


class AptKeys(FactBase["dict[str, dict[str, Any]] | None"]):
    """The keys in apt's keyrings. Parses `gpg --with-colons`.

    ```python
    {
        "3B4FE6ACC0B21F32": {
            "validity": "-",
            "length": 4096,
            "subkeys": {},
            "fingerprint": "790BC7277767219C42C86F933B4FE6ACC0B21F32",
            "uid": "Ubuntu Archive Automatic Signing Key (2012) <ftpmaster@ubuntu.com>",
            "uid_hash": "B7A02867A0C1D32B594B36C00E20C8C57E397748",
        },
    }
    ```
    """

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "gpg"

    def command(self, directories: list[str] | None = None) -> str:
        """Give the command.

        Args:
            directories: the folders of the keyrings; None for those that apt's manual names.

        Returns:
            The command.
        """
        return GpgKeyrings().command(KEY_DIRECTORIES if directories is None else directories)

    @override
    def process(self, output: list[str]) -> dict[str, dict[str, Any]]:
        keys: dict[str, dict[str, Any]] = {}
        for keyring in GpgKeyrings().process(output).values():
            keys.update(keyring["keys"])
        return keys
