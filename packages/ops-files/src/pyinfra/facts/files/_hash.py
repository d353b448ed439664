"""Checksums of files."""

from __future__ import annotations

import re
from typing import ClassVar

from pyinfra.api import FactBase, StringCommand
from pyinfra.facts.util.quoting import quote_path
from typing_extensions import override


class HashFileFactBase(FactBase["str | None"]):
    """The checksum of a file, by the first of several tools that the host has.

    Attributes:
        tools: the tools' command lines, without the path.
        digits: the number of hexadecimal digits of a checksum.
        bsd_name: what BSD tools call the checksum.
    """

    abstract = True
    side_effect_free = True

    tools: ClassVar[tuple[str, ...]]
    digits: ClassVar[int]
    bsd_name: ClassVar[str]

    @override
    def command(self, path: str) -> StringCommand:
        word = quote_path(path)
        attempts = [StringCommand(tool, word, "2> /dev/null") for tool in self.tools]
        either = StringCommand(*attempts, _separator=" || ")
        return StringCommand("test -e", word, "&& (", either, ") || true")

    @override
    def process(self, output: list[str]) -> str | None:
        text = "\n".join(output)
        # GNU tools put a backslash in front where they escaped the name.
        gnu = re.match(rf"\\?([0-9a-fA-F]{{{self.digits}}})(?:\s|$)", text)
        bsd = re.fullmatch(rf"{self.bsd_name} \(.*\) = ([0-9a-fA-F]{{{self.digits}}})", text, re.DOTALL)
        match = gnu or bsd
        return match[1].lower() if match else None


class Md5File(HashFileFactBase):
    """The MD5 of a file, from `md5sum` or `md5`; None where there is no file, or no tool to tell.

    Args:
        path: the file's path.

    **Example:**

    ```python
    host.get_fact(Md5File, path="/etc/motd")
    ```
    """

    tools = ("md5sum", "md5")
    digits = 32
    bsd_name = "MD5"


class Sha1File(HashFileFactBase):
    """The SHA-1 of a file, from `sha1sum`, `shasum` or `sha1`; None where there is no file, or no tool to tell.

    Args:
        path: the file's path.

    **Example:**

    ```python
    host.get_fact(Sha1File, path="/etc/motd")
    ```
    """

    tools = ("sha1sum", "shasum", "sha1")
    digits = 40
    bsd_name = "SHA1"


class Sha256File(HashFileFactBase):
    """The SHA-256 of a file, from `sha256sum`, `shasum` or `sha256`; None where there is no file, or no tool to tell.

    Args:
        path: the file's path.

    **Example:**

    ```python
    host.get_fact(Sha256File, path="/etc/motd")
    ```
    """

    tools = ("sha256sum", "shasum -a 256", "sha256")
    digits = 64
    bsd_name = "SHA256"


class Sha384File(HashFileFactBase):
    """The SHA-384 of a file, from `sha384sum`, `shasum` or `sha384`; None where there is no file, or no tool to tell.

    Args:
        path: the file's path.

    **Example:**

    ```python
    host.get_fact(Sha384File, path="/etc/motd")
    ```
    """

    tools = ("sha384sum", "shasum -a 384", "sha384")
    digits = 96
    bsd_name = "SHA384"
