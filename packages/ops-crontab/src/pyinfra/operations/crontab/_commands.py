"""Commands on a copy of a crontab."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand
from typing_extensions import override


class OnCopy(StringCommand):
    """A command on the copy of a crontab: nobody else reads the copy, and none is left behind.

    Args:
        copy: the copy's path.
        bits: the command.
        is_last: whether the copy goes when the command is through; else only where it fails.
    """

    def __init__(self, copy: str, *bits: object, is_last: bool = False) -> None:
        super().__init__(*bits)
        self._copy = copy
        self._is_last = is_last

    @override
    def as_run(self) -> StringCommand:
        bits = (bit.as_run() if isinstance(bit, StringCommand) else bit for bit in self.bits)
        remove = StringCommand("rm -f", QuoteString(self._copy))
        return StringCommand(
            "( umask 077; {",
            StringCommand(*bits),
            "; } && STATUS=0 || STATUS=$?;",
            *([remove, ";"] if self._is_last else ['[ "$STATUS" -eq 0 ] ||', remove, ";"]),
            'exit "$STATUS" )',
        )


class Listing(StringCommand):
    """A `crontab -l` into a copy, of which it is verified that it is whole: some write to a full disk in silence.

    Args:
        copy: the copy's path.
        whose: crontab's options that say whose it is.
    """

    def __init__(self, copy: str, *whose: object) -> None:
        self._copy = QuoteString(copy)
        self._list = StringCommand("crontab -l", *whose)
        super().__init__(self._list, ">", self._copy)

    @override
    def as_run(self) -> StringCommand:
        verify = StringCommand("&& [ $(", self._list, "| wc -c) -eq $(wc -c <", self._copy, ") ]")
        told = StringCommand("|| { echo could not write all of", self._copy, ">&2; false; }")
        return StringCommand(*self.bits, verify, told)


class Installing(StringCommand):
    """A `crontab` of a copy, of which it is verified that it is the crontab now: that of busybox writes what it can.

    Args:
        copy: the copy's path.
        had_lines: whether there was a crontab, which is put back where there is a part of the new one.
        whose: crontab's options that say whose it is.
    """

    def __init__(self, copy: str, had_lines: bool, *whose: object) -> None:
        self._copy = QuoteString(copy)
        self._list = StringCommand("crontab -l", *whose, "2> /dev/null")
        self._put_back = StringCommand("crontab", *whose, "-r")
        if had_lines:
            self._put_back = StringCommand("printf '%s\\n' \"$OLD\" | crontab", *whose, "-")
        super().__init__("crontab", *whose, self._copy)

    @override
    def as_run(self) -> StringCommand:
        # Some list it with lines of their own above it. What has lost its first lines ends as the old one, too.
        ends = StringCommand('"$(', self._list, '| tail -c "$(wc -c <', self._copy, ')")"')
        is_other = StringCommand('[ "$(', self._list, ')" != "$OLD" ]')
        verify = StringCommand(is_other, "&& [", ends, '= "$(cat', self._copy, ')" ]')
        told = "|| { echo crontab could not write all of it >&2;"
        return StringCommand(
            *("OLD=$(", self._list, ");", *self.bits, "&& {", verify, told, self._put_back),
            "> /dev/null 2>&1; false; }; }",
        )
