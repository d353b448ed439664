"""Facts about the session that commands run in: who, where, and what can be run."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, QuoteString, StringCommand
from pyinfra.api.exceptions import FactValueError
from typing_extensions import override

# What every shell takes for a login name after a tilde. `~-`, `~+` and `~1` are something else to bash.
TILDE_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class User(FactBase[str]):
    """The name of the user that commands run as (`$USER`)."""

    command = "echo $USER"
    side_effect_free = True


class Home(FactBase["str | None"]):
    """The home directory of a user, or None for a user that does not exist.

    Args:
        user: the user's name; empty for the one that commands run as.

    Raises:
        FactValueError: a name that no shell looks up after a tilde.
    """

    side_effect_free = True

    @override
    def command(self, user: str = "") -> str:
        if user and not TILDE_USER.fullmatch(user):
            raise FactValueError(
                f"the home directory of {user!r} can't be looked up: a user's name may hold only letters, "
                "digits, '.', '_' and '-', and starts with a letter or '_'"
            )
        return f"echo ~{user}"

    @override
    def process(self, output: list[str]) -> str | None:
        home = "\n".join(output)
        # A shell leaves the tilde of a user it does not know as it is.
        return None if not home or home.startswith("~") else home


class Path(FactBase[str]):
    """The folders that commands are looked for in, joined by colons (`$PATH`)."""

    command = "echo $PATH"
    side_effect_free = True


class TmpDir(FactBase[str]):
    """The first writable directory of `$TMPDIR`, `$TMP` and `$TEMP`; empty where there is none."""

    command = """if [ -n "$TMPDIR" ] && [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ]; then
    echo "$TMPDIR";
elif [ -n "$TMP" ] && [ -d "$TMP" ] && [ -w "$TMP" ]; then
    echo "$TMP";
elif [ -n "$TEMP" ] && [ -d "$TEMP" ] && [ -w "$TEMP" ]; then
    echo "$TEMP";
else
    echo "";
fi"""
    side_effect_free = True


class Which(FactBase["str | None"]):
    """The path of a command, as the shell's `command -v` finds it; None where it is not there.

    Args:
        command: the command's name.

    **Example:**

    ```python
    host.get_fact(Which, command="nginx")
    ```
    """

    side_effect_free = True

    @override
    def command(self, command: str) -> StringCommand:
        # `command -v -- -x` is not understood by every shell; a name like that is nobody's command.
        end_of_options = ("--",) if command.startswith("-") else ()
        return StringCommand("command", "-v", *end_of_options, QuoteString(command), "|| true")


class Command(FactBase[str]):
    """The output of a command of one's own.

    Args:
        command: the shell command, run as it is written.

    **Example:**

    ```python
    host.get_fact(Command, command="cat /proc/loadavg")
    ```
    """

    @override
    def command(self, command: str | StringCommand) -> str | StringCommand:
        return command
