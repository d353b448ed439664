"""The keyrings of folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from pyinfra.api import FactBase, FactValueError
from typing_extensions import override

from ._listing import parse_listing
from ._quoting import double_quoted_path

_MARKER = "KEYRING:"

_SHOW_KEYRING = (
    f'sh -c \'echo "{_MARKER}$1"; '
    'gpg --list-keys --with-colons --keyring "$1" --no-default-keyring 2>/dev/null || true\' _ {} \\;'
)
_SHOW_ARMORED = f'sh -c \'echo "{_MARKER}$1"; gpg --with-colons "$1" 2>/dev/null || true\' _ {{}} \\;'


class GpgKeyrings(FactBase[dict[str, dict[str, Any]]]):
    """The keyrings of folders, and the keys in each; one that gpg lists nothing of is left out.

    Files that end in `.gpg`, `.kbx` and `.asc` are keyrings, in folders below too. Parses `gpg --with-colons`.

    ```python
    {
        "/etc/apt/keyrings/docker.gpg": {
            "format": "gpg",
            "keys": {"8D81803C0EBFCD88": {"validity": "-", "length": 4096, "subkeys": {}, "fingerprint": "9DC8…"}},
        },
    }
    ```

    **Example:**

    ```python
    host.get_fact(GpgKeyrings, directories=["/etc/apt/keyrings"])
    ```
    """

    @override
    def requires_command(self, *args: object, **kwargs: object) -> str:
        return "gpg"

    def command(self, directories: str | list[str]) -> str:
        """Give the command.

        Args:
            directories: paths of folders, or of one; those that are not there are passed over.

        Returns:
            The command.

        Raises:
            FactValueError: there is no folder to look in.
        """
        folders = [directories] if isinstance(directories, str) else list(directories)
        if not folders:
            raise FactValueError("directories must name at least one folder")
        where = " ".join(double_quoted_path(folder) for folder in folders)
        return (
            f"find {where} -type f \\( -name '*.gpg' -o -name '*.kbx' \\) 2>/dev/null -exec {_SHOW_KEYRING} ; "
            f"find {where} -type f -name '*.asc' 2>/dev/null -exec {_SHOW_ARMORED}"
        )

    @override
    def process(self, output: list[str]) -> dict[str, dict[str, Any]]:
        return {
            path: {"format": PurePosixPath(path).suffix.lstrip("."), "keys": parse_listing(lines)}
            for path, lines in _split(output)
            if any(lines)
        }


def _split(output: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Give each keyring's path and listing."""
    path: str | None = None
    lines: list[str] = []
    for line in output:
        if line.startswith(_MARKER):
            if path is not None:
                yield path, lines
            path, lines = line[len(_MARKER) :], []
        else:
            lines.append(line)
    if path is not None:
        yield path, lines
