"""A user's crontab, as `crontab(5)` has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import TypedDict, override

_ENVIRONMENT = re.compile(r"""(?P<quote>["']?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)\s*=""")
_TIMES = ("minute", "hour", "day_of_month", "month", "day_of_week")
# Puts the name that an operation gave an entry into the line above it.
NAME_COMMENT = "# pyinfra-name="


class CrontabItem(TypedDict, total=False):
    """One line of a crontab that is no comment: an entry or a setting of the environment.

    Attributes:
        command: what an entry runs.
        minute: when; an int where it is a number, else as it is written. So are the next four.
        hour: see `minute`.
        day_of_month: see `minute`.
        month: see `minute`.
        day_of_week: see `minute`.
        special_time: `@daily` and its kin, in place of the five.
        env: a setting, as it is written.
        comments: the lines of comment and the empty ones right above it.
    """

    command: str
    minute: int | str
    hour: int | str
    day_of_month: int | str
    month: int | str
    day_of_week: int | str
    special_time: str
    env: str
    comments: list[str]


class CrontabResult:
    """The lines of a crontab.

    Args:
        items: its entries and settings, in order; or a mapping of commands to the rest of their entries.
        rest: comments and empty lines below the last one.
    """

    def __init__(
        self, items: list[CrontabItem] | Mapping[str, Any] | None = None, rest: list[str] | None = None
    ) -> None:
        if isinstance(items, Mapping):
            items = [cast("CrontabItem", {"command": command, **entry}) for command, entry in items.items()]
        self.items: list[CrontabItem] = list(items or [])
        self.rest = list(rest or [])

    def __repr__(self) -> str:
        return f"CrontabResult({self.items})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CrontabResult) and (self.items, self.rest) == (other.items, other.rest)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __iter__(self) -> Iterator[CrontabItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items or self.rest)

    def get_command(self, command: str | None = None, name: str | None = None) -> CrontabItem | None:
        """Give an entry.

        Args:
            command: what it runs.
            name: the name that an operation gave it, which is looked for first.

        Returns:
            The first such entry; None where there is none.
        """
        if name is not None:
            for item in self.items:
                if "command" in item and f"{NAME_COMMENT}{name}" in item.get("comments", []):
                    return item
        return next((item for item in self.items if "command" in item and item["command"] == command), None)

    def get_env(self, name: str) -> CrontabItem | None:
        """Give a setting of the environment.

        Args:
            name: the variable's name.

        Returns:
            The first such setting; None where there is none.
        """
        for item in self.items:
            found = _ENVIRONMENT.match(item.get("env", ""))
            if found and found["name"] == name:
                return item
        return None

    def to_json(self) -> list[CrontabItem]:
        """Give it as JSON holds it."""
        return self.items


class Crontab(FactBase[CrontabResult]):
    """A user's crontab. Parses `crontab -l`.

    ```python
    [
        {
            "command": "/usr/local/bin/backup",
            "minute": 0,
            "hour": 3,
            "day_of_month": "*",
            "month": "*",
            "day_of_week": "*",
            "comments": ["# pyinfra-name=backup"],
        },
        {"command": "/usr/local/bin/warm-up", "special_time": "@reboot", "comments": []},
        {"env": "MAILTO=ops@example.net", "comments": []},
    ]
    ```

    Args:
        user: whose; that of the user who asks by default.
    """

    side_effect_free = True

    @override
    @staticmethod
    def default() -> CrontabResult:
        return CrontabResult([])

    @override
    def requires_command(self, user: str | None = None) -> str:
        return "crontab"

    @override
    def command(self, user: str | None = None) -> str | StringCommand:
        if user is None:
            return "crontab -l || true"
        return StringCommand("crontab -l -u", QuoteString(user), "|| true")

    @override
    def process(self, output: list[str]) -> CrontabResult:
        items: list[CrontabItem] = []
        comments: list[str] = []
        for line in output:
            text = line.strip()
            if not text or text.startswith("#"):
                comments.append(text)
                continue
            item = _read(text)
            if item is not None:
                items.append({**item, "comments": comments})
                comments = []
        return CrontabResult(items, comments)


def _read(line: str) -> CrontabItem | None:
    if _ENVIRONMENT.match(line):
        return {"env": line}
    if line.startswith("@"):
        special, *command = line.split(None, 1)
        return {"command": command[0], "special_time": special} if command else None
    fields = line.split(None, len(_TIMES))
    if len(fields) <= len(_TIMES):
        return None
    item: dict[str, Any] = {"command": fields[-1]}
    for key, value in zip(_TIMES, fields, strict=False):
        item[key] = int(value) if value.isascii() and value.isdigit() else value
    return item  # type: ignore[return-value]
