"""Enabling a service with Debian's tool."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand
from pyinfra.operations.util.undoing import UndoingCommand
from typing_extensions import override

_FAILED = (
    "update-rc.d made no link in /etc/rc*.d, or not all: can they be written, and has the script levels as its "
    "Default-Start?"
)


class _UpdateRc(StringCommand):
    """An `update-rc.d … defaults`, which succeeds without a word where it can't make the links.

    Args:
        service: the service's name.
    """

    def __init__(self, service: str) -> None:
        super().__init__("update-rc.d", QuoteString(service), "defaults")
        self._service = service

    @override
    def as_run(self) -> StringCommand:
        script = QuoteString(f"/etc/init.d/{self._service}")
        levels = StringCommand("$(sed -n 's/^# Default-Start:[[:space:]]*//p'", script, ")")
        each = StringCommand(
            "for LINK in", _links("$LEVEL", "S", self._service), '; do [ -e "$LINK" ] || exit 1; done'
        )
        some = StringCommand(
            "for LINK in", _links("?", "S", self._service), '; do [ ! -e "$LINK" ] || exit 0; done'
        )
        verify = StringCommand("( for LEVEL in", levels, "; do", each, "; done;", some, "; exit 1 )")
        return StringCommand(
            *self.bits, "&& {", verify, "|| { echo", QuoteString(_FAILED), ">&2; false; }; }"
        )


def update_rc(service: str) -> StringCommand:
    """Have a service enabled, at all its levels or at none: with any link update-rc.d does nothing any more.

    Args:
        service: the service's name.

    Returns:
        The command.
    """
    links = _links("?", "[SK]", service)
    look = StringCommand("__had=; for LINK in", links, '; do [ ! -L "$LINK" ] || __had=1; done')
    return UndoingCommand(_UpdateRc(service), StringCommand('[ "$__had" ] || rm -f', links), look)


def _links(level: str, kind: str, service: str) -> StringCommand:
    return StringCommand(f"/etc/rc{level}.d/{kind}[0-9][0-9]", QuoteString(service), _separator="")
