"""Keyrings that are written whole, or not at all."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from pyinfra.api import StringCommand
from pyinfra.facts.gpg._quoting import double_quoted_path
from typing_extensions import override

from ._token import TOKEN


class WholeFileCommand(StringCommand):
    """A command that writes a file, told as one that writes it in place.

    It writes to another file beside it, which takes its place when there is something in it: a part of a keyring, or an
    empty one, would count as a keyring in the next run. Mode and owner of a file that is there stay.

    Args:
        write: words the command that writes a file, of its path and whether there is one.
        dest: the file's path.
        replace: whether there is one.
    """

    def __init__(self, write: Callable[[str, bool], StringCommand], dest: str, replace: bool) -> None:
        super().__init__(write(dest, replace))
        self._write, self._dest = write, dest

    @override
    def as_run(self) -> StringCommand:
        # Nobody on the host can have guessed this name and filled it.
        part = posixpath.join(posixpath.dirname(self._dest), f".pyinfra-{TOKEN}")
        dest, word = double_quoted_path(self._dest), double_quoted_path(part)
        return StringCommand(
            f"{{ {{ [ ! -e {dest} ] || cp -p {dest} {word}; }} &&",
            self._write(part, True),
            f"&& {{ [ -s {word} ] || {{ echo no key was written to {dest} >&2; false; }}; }}",
            f'&& mv -f {word} {dest} || {{ __status=$?; rm -f {word}; (exit "$__status"); }}; }}',
        )
