"""Entries of a crontab."""

from __future__ import annotations

import re
import secrets
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.crontab import Crontab, CrontabResult
from pyinfra.facts.crontab._crontab import NAME_COMMENT, CrontabItem
from pyinfra.operations.util.files import sed_delete, sed_replace

from ._commands import Installing, Listing, OnCopy

Time = list[str | int] | str | int | None

# In the order in which crontab(5) has them, with the numbers that each takes.
_FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day_of_month": (1, 31),
    "month": (1, 12),
    "day_of_week": (0, 7),
}
_FIELD = re.compile(r"[A-Za-z0-9*/,\-~?L#W]+")
_SPECIAL_TIME = re.compile(r"@[a-z]+")
_BLANK = "[[:space:]]"
_FIVE_FIELDS = rf"^{_BLANK}*\([^[:space:]]\{{1,\}}{_BLANK}\{{1,\}}\)\{{5\}}"
_ONE_FIELD = rf"^{_BLANK}*@[a-z]\{{1,\}}{_BLANK}\{{1,\}}"


@operation(together=True)
def crontab(
    command: str,
    present: bool = True,
    user: str | None = None,
    cron_name: str | None = None,
    minute: Time = None,
    hour: Time = None,
    month: Time = None,
    day_of_week: Time = None,
    day_of_month: Time = None,
    special_time: str | None = None,
    interpolate_variables: bool = False,
) -> Generator[StringCommand, None, None]:
    """Have an entry in a user's crontab, or have none.

    An entry is told by its name, where one is given and the crontab has it, and else by its command.

    Args:
        command: what it runs.
        present: whether it should be there.
        user: whose crontab; that of the user who runs the operation by default.
        cron_name: a name, which stands in a comment above the entry; with it the command can be changed.
        minute: when: a number, a pattern such as `*/5`, or a list; each minute by default. So are the next four.
        hour: see `minute`.
        month: see `minute`.
        day_of_week: see `minute`.
        day_of_month: see `minute`.
        special_time: `@reboot`, `@daily` and their kin, in place of the five.
        interpolate_variables: whether the shell expands variables in the command where an entry is edited; one that is
            added keeps them for cron's shell.

    Raises:
        OperationTypeError: the command or a time has the wrong type.
        OperationValueError: the command or a name is empty or has more than a line, or a time is no time, or
            `special_time` is given beside one of the five.

    **Example:**

    ```python
    from pyinfra.operations import crontab

    crontab.crontab(
        name="Back up each night",
        command="/usr/local/bin/backup",
        cron_name="backup",
        hour=3,
        minute=0,
    )
    ```
    """
    _check_line("command", command)
    for what, value in (("cron_name", cron_name), ("user", user)):
        if value is not None:
            _check_line(what, value)
    times = dict(zip(_FIELDS, (minute, hour, day_of_month, month, day_of_week), strict=True))
    when = _when(times, special_time)
    found = host.get_fact(Crontab, user=user)
    table = found if isinstance(found, CrontabResult) else CrontabResult(found)
    item = table.get_command(command, cron_name)
    edit: list[StringCommand] = []
    file = host.get_temp_filename(secrets.token_hex())
    entry = f"{when} {command}"
    if not present:
        if item is None:
            host.noop(f"crontab {command} does not exist")
            return
        edit.append(sed_delete(file, _pattern(table, item), "", interpolate_variables=interpolate_variables))
    elif item is None:
        edit += _added(file, entry, cron_name, bool(table))
    elif _is_as_wanted(item, command, when):
        host.noop(f"crontab {command} exists")
        return
    else:
        edit.append(
            sed_replace(file, _pattern(table, item), entry, interpolate_variables=interpolate_variables)
        )
    whose = [] if user is None else ["-u", QuoteString(user)]
    if table:
        yield OnCopy(file, Listing(file, *whose))
    for change in edit:
        yield OnCopy(file, change)
    yield OnCopy(file, Installing(file, bool(table), *whose), is_last=True)


def _check_line(what: str, value: object) -> None:
    if not isinstance(value, str):
        raise OperationTypeError(f"{what} must be a str, not {value!r}")
    if not value.strip() or "\n" in value or "\r" in value:
        raise OperationValueError(f"{what} must be one line that is not empty, not {value!r}")


def _when(times: dict[str, Time], special_time: str | None) -> str:
    if special_time is not None:
        if not _SPECIAL_TIME.fullmatch(special_time):
            raise OperationValueError(
                f"special_time must be @reboot, @daily or their like, not {special_time!r}"
            )
        named = [what for what, value in times.items() if value not in {None, "*"}]
        if named:
            raise OperationValueError(
                f"special_time stands in place of the five: with {special_time!r}, leave out {' and '.join(named)}"
            )
        return special_time
    return " ".join(_field(what, value) for what, value in times.items())


def _field(what: str, value: Time) -> str:
    if value is None:
        return "*"
    if isinstance(value, bool) or not isinstance(value, str | int | list | tuple):
        raise OperationTypeError(f"{what} must be a number, a str or a list of them, not {value!r}")
    text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if not _FIELD.fullmatch(text):
        raise OperationValueError(
            f"{what} must be a time as crontab(5) has it, such as 5, 1-5 or */10, not {value!r}"
        )
    first, last = _FIELDS[what]
    if any(not first <= int(number) <= last for number in text.split(",") if number.isdecimal()):
        raise OperationValueError(f"{what} must be from {first} to {last}, not {value!r}")
    return text


def _is_as_wanted(item: CrontabItem, command: str, when: str) -> bool:
    has = item.get("special_time") or " ".join(str(item.get(key, "*")) for key in _FIELDS)
    return item["command"] == command and has == when


def _added(
    file: str, entry: str, cron_name: str | None, has_lines: bool
) -> Generator[StringCommand, None, None]:
    lines = [""] if has_lines else []
    if cron_name is not None:
        lines.append(f"{NAME_COMMENT}{cron_name}")
    for line in [*lines, entry]:
        yield StringCommand("echo", QuoteString(line), ">>", QuoteString(file))


def _pattern(table: CrontabResult, item: CrontabItem) -> str:
    """Give an expression that matches the line of an entry, and of no other."""
    command = item["command"]
    short = f".*{command}.*"
    if not re.search(r"[*\[\]^$\\]", command):
        as_python = re.compile(re.escape(command).replace(r"\.", "."))
        others = [
            text
            for other in table
            for text in [other.get("env", ""), *other.get("comments", []), other.get("command", "")]
            if text != command
        ]
        if not any(as_python.search(text) for text in [*others, *table.rest]):
            return short
    escaped = re.sub(r"([.*\[\]^$\\])", r"\\\1", command)
    return f"{_ONE_FIELD if item.get('special_time') else _FIVE_FIELDS}{escaped}{_BLANK}*$"
