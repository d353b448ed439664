"""Facts about users and groups."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import TypedDict, override

PASSWD_COLONS = 6
FIELDS_AFTER_ENTRY = 4
# macOS has the user nobody as -2.
NUMBER = re.compile(r"-?[0-9]+")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LOGIN_TIME = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+(?P<month>\w{3})\s+(?P<day>\d{1,2})\s+"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)\s+(?:(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)\s+)?"
    r"(?P<year>\d{4})$"
)


class UserInfo(TypedDict):
    """What `Users` knows of one user.

    Attributes:
        home: the home directory.
        comment: the full name, or whatever stands in that field.
        shell: the login shell.
        group: the name of the primary group.
        groups: the names of the secondary groups.
        uid: the user's number.
        gid: the primary group's number.
        lastlog: the last login, as the tool writes it; None for none.
        login_time: the same as a datetime; None where it can't be read.
        password: the encrypted password; empty where there is none or it can't be read, None where it can't be told
            from another's.
    """

    home: str | None
    comment: str | None
    shell: str | None
    group: str
    groups: list[str]
    uid: int
    gid: int
    lastlog: str | None
    login_time: datetime | None
    password: str | None


class Groups(FactBase[list[str]]):
    """The names of the host's groups, from `/etc/group`.

    Its lines that begin with `+` or `-` stand for groups that NIS has, and are left out.
    """

    command = "cat /etc/group"
    default = list
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> list[str]:
        return [line.partition(":")[0] for line in output if ":" in line and line[0] not in "#+-:"]


class Users(FactBase[dict[str, UserInfo]]):
    """The host's users by name, from `/etc/passwd`, `id`, `lastlog` or `lastlogin`, and the shadow file.

    .. code:: python

        {
            "root": {
                "home": "/root",
                "comment": "root",
                "shell": "/bin/sh",
                "group": "root",
                "groups": ["adm"],
                "uid": 0,
                "gid": 0,
                "lastlog": "Sat Jun 5 12:03:23 -0600 2021",
                "login_time": datetime.datetime(...),
                "password": "$6$...",
            },
        }

    `groups` are the secondary ones. `password` is the encrypted one: empty where the user has none or the
    shadow file can't be read, None where it could not be told from another user's.
    """

    # One pass over each file, and `id` for all users at once where it takes several: hosts have many.
    command = r"""n='
'
    logins="$n`(lastlog || lastlogin) 2>/dev/null | tr -s ' '`$n"
    shadow="$n`cat /etc/shadow 2>/dev/null || cat /etc/master.passwd 2>/dev/null`"
    set -f; IFS=$n
    set -- `cut -d: -f1 </etc/passwd`
    several=$#
    first=`id -gn -- "$@" 2>/dev/null` && every=`id -Gn -- "$@" 2>/dev/null` || several=
    set -- $first; [ $# = "$several" ] || several=
    set -- $every; [ $# = "$several" ] || several=
    while IFS= read -r entry || [ -n "$entry" ]; do
        user=${entry%%:*} login= password=
        [ -n "$user" ] || continue
        case $logins in *"$n$user "*)
            login=${logins#*"$n$user "}; login="$user ${login%%"$n"*}";;
        esac
        case $shadow in *"$n$user:"*)
            password=${shadow#*"$n$user:"}; password=${password%%:*};;
        esac
        if [ -n "$several" ]; then
            group=${first%%"$n"*} groups=${every%%"$n"*}
            first=${first#*"$n"} every=${every#*"$n"}
        else
            group=`id -gn "$user" 2>/dev/null` groups=`id -Gn "$user" 2>/dev/null`
        fi
        printf '%s\n' "$entry|$group|$groups|$login|$password"
    done </etc/passwd"""
    default = dict
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> dict[str, UserInfo]:
        users: dict[str, UserInfo] = {}
        for entry, rest in _records(output):
            name, _, uid, gid, comment, home, shell = entry.split(":", PASSWD_COLONS)
            if not (name and NUMBER.fullmatch(uid) and NUMBER.fullmatch(gid)):
                continue
            group, groups, lastlog, password = rest
            login = LOGIN_TIME.search(lastlog or "")
            users[name] = {
                "home": home or None,
                "comment": comment or None,
                "shell": shell or None,
                "group": group or "",
                "groups": [other for other in (groups or "").split() if other != group],
                "uid": int(uid),
                "gid": int(gid),
                "lastlog": login[0] if login else None,
                "login_time": _login_time(login) if login else None,
                "password": password,
            }
        return users


def _records(output: list[str]) -> list[tuple[str, list[str | None]]]:
    """Pair each user's line of `/etc/passwd` with what follows it: group, groups, last login, password."""
    records: list[tuple[str, list[str | None]]] = []
    candidates: list[str] = []
    for line in output:
        entry, *rest = line.rsplit("|", FIELDS_AFTER_ENTRY)
        is_last = len(rest) == FIELDS_AFTER_ENTRY
        # A comment may hold a bar itself.
        candidate = entry if is_last else line
        if candidate.count(":") >= PASSWD_COLONS:
            candidates.append(candidate)
        elif records and not rest:
            # The second line of a password: more than one user's line matched.
            records[-1][1][-1] = None
        if is_last and candidates:
            records.append((_asked_for(candidates), list(rest)))
            candidates = []
    return records


def _asked_for(candidates: list[str]) -> str:
    """Find the user whose name, read as a pattern, matches all the lines that were found for it."""

    def matches_all(entry: str) -> bool:
        name = "".join("." if char == "." else re.escape(char) for char in entry.partition(":")[0])
        return all(re.match(f"{name}:", other) for other in candidates)

    return next((entry for entry in candidates if matches_all(entry)), candidates[-1])


def _login_time(found: re.Match[str]) -> datetime | None:
    zone = None
    if found["sign"]:
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
        zone = timezone(-offset if found["sign"] == "-" else offset)
    try:
        return datetime(
            int(found["year"]),
            MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"]),
            tzinfo=zone,
        )
    except ValueError:
        return None


class AuthorizedKeys(FactBase[list[str]]):
    """The lines of a user's authorized keys file that hold keys, as they are written.

    Args:
        user: the user.
        path: the file; None for `.ssh/authorized_keys` in the user's home directory.

    **Example:**

    ```python
    host.get_fact(AuthorizedKeys, user="kevin")
    ```
    """

    default = list
    side_effect_free = True

    @override
    def command(self, user: str, path: str | None = None) -> StringCommand:
        if path is None:
            home: Any = _home_of(user)
            file: Any = StringCommand(home, "/.ssh/authorized_keys", _separator="")
        else:
            file = QuoteString(f"./{path}" if path.startswith("-") else path)
        return StringCommand("cat", file, "2>/dev/null || true")

    @override
    def process(self, output: list[str]) -> list[str]:
        lines = (line.strip() for line in output)
        return [line for line in lines if line and not line.startswith("#")]


def _home_of(user: str) -> str:
    from ._session import Home

    command: str = Home().command(user)
    return command[len("echo ") :]
