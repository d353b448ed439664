"""Facts about who has logged in, and who has tried to."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import TypedDict, override

DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s"
LOGIN = re.compile(
    # The last line tells when the file was begun.
    r"(?![bw]tmp\S* begins)(?P<user>\S+)\s+(?P<tty>system boot|system down|\(to lvl \S+\)|\S+)\s+"
    rf"(?:(?!{DAY})(?P<host>\S+(?: \[\d+\])?)\s+)?(?P<time>(?:{DAY}\s*)?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+\d\d:\d\d.*)"
)


class Login(TypedDict):
    """One line of `last` or `lastb`.

    Attributes:
        user: who logged in, or tried to; `reboot` for a boot.
        tty: the terminal, such as `pts/0` or `ssh:notty`.
        host: the address or name it came from; empty where there is none.
        time: when, and until when, as the tool writes it.
    """

    user: str
    tty: str
    host: str
    time: str


def parse_logins(output: list[str]) -> list[Login]:
    """Read what `last` and its kin print.

    Args:
        output: the lines; those that are about no login are passed over.

    Returns:
        The logins, the latest first; `host` is empty for those from none.
    """
    return [
        {
            "user": found["user"],
            "tty": found["tty"],
            "host": found["host"] or "",
            "time": " ".join(found["time"].split()),
        }
        for found in map(LOGIN.fullmatch, output)
        if found
    ]


class Last(FactBase[list[Login]]):
    """The logins and boots, the latest first, from `last`.

    .. code:: python

        [{"user": "ann", "tty": "pts/0", "host": "10.0.0.5", "time": "Thu Apr 17 14:00:00 2026 still logged in"}]
    """

    command = "last -Fwi 2>/dev/null || last -w 2>/dev/null || last 2>/dev/null || true"
    default = list
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "last"

    @override
    def process(self, output: list[str]) -> list[Login]:
        return parse_logins(output)


class Lastb(FactBase[list[Login]]):
    """The logins that failed, the latest first, from `lastb`, which only root may ask; see `Last`."""

    command = "lastb -Fwi 2>/dev/null || lastb 2>/dev/null || true"
    default = list
    side_effect_free = True

    @override
    def requires_command(self) -> str:
        return "lastb"

    @override
    def process(self, output: list[str]) -> list[Login]:
        return parse_logins(output)
