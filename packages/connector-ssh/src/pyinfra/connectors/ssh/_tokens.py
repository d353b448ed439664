"""The tokens of ssh_config(5): `%h` and its kin, `~` and `${NAME}`."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from pyinfra.api.exceptions import ConnectError

# Those in which ssh expands environment variables and a leading tilde.
_PATHS = {"identityfile", "certificatefile", "userknownhostsfile", "globalknownhostsfile", "identityagent"}


@dataclass(frozen=True)
class Tokens:
    """What the tokens stand for.

    Attributes:
        host: the name to connect to (`%h`).
        original: the name as it was asked for (`%n`).
        port: the port (`%p`).
        user: the user there (`%r`); empty for the local one.
        jump: the ProxyJump (`%j`).
        alias: the HostKeyAlias, or the host (`%k`).
    """

    host: str
    original: str
    port: str
    user: str
    jump: str
    alias: str

    def value(self, letter: str, where: str) -> str:
        """Give what one token stands for.

        Raises:
            ConnectError: there is no such token.
        """
        if letter in "Cl":
            return self._of_this_machine(letter)
        known = {
            "%": "%",
            "h": self.host,
            "n": self.original,
            "p": self.port,
            "r": self.user or getpass.getuser(),
            "j": self.jump,
            "k": self.alias,
            "d": str(Path.home()),
            "u": getpass.getuser(),
            "i": str(os.getuid()),
            "L": socket.gethostname().split(".")[0],
        }
        if letter not in known:
            raise ConnectError(f"ssh_config: {where} has the unknown token %{letter}")
        return known[letter]

    def _of_this_machine(self, letter: str) -> str:
        full = socket.gethostname()
        if letter == "l":
            return full
        whole = f"{full}{self.host}{self.port}{self.user or getpass.getuser()}{self.jump}"
        return hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest()


def expand(text: str, tokens: Tokens, key: str) -> str:
    """Expand what a value of ssh_config holds.

    Args:
        text: the value.
        tokens: what the tokens stand for.
        key: the keyword, in lower case; `~` and `${NAME}` are expanded for those that are paths.

    Returns:
        The value.

    Raises:
        ConnectError: a token or environment variable is unknown.
    """

    def variable(found: re.Match[str]) -> str:
        value = os.environ.get(found[1])
        if value is None:
            raise ConnectError(
                f"ssh_config: {key} names the environment variable {found[1]}, which is not set"
            )
        return value

    if key in _PATHS:
        home = str(Path.home())
        text = re.sub(r"(^|\s)~(?=/|\s|$)", lambda found: found[1] + home, text)
        text = re.sub(r"\$\{(\w+)\}", variable, text)
    return re.sub(r"%(.)", lambda found: tokens.value(found[1], key), text)
