"""What init scripts say of their services."""

from __future__ import annotations

import re

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import override

LINE = re.compile(r"([^\s=/]+)=(\d+)")


def lsb_status(exit_code: int) -> bool | None:
    """Read the exit code of an init script's `status` action.

    Args:
        exit_code: as the Linux Standard Base says: 0 for running, 1 to 3 for not running.

    Returns:
        Whether the service runs; None where the script can't tell.
    """
    if exit_code == 0:
        return True
    return False if exit_code in {1, 2, 3} else None


class InitdStatus(FactBase[dict[str, bool | None]]):
    """Tells which services of `/etc/init.d` run, from the exit code of each script's `status` action.

    Only scripts with an LSB header (`### BEGIN INIT INFO`) are asked: nobody knows what `status` means to
    others. A service whose script can't tell is None.

    ```
    {
        "cron": True,
        "nfs-common": False,
        "rsyslog": None,
    }
    ```
    """

    side_effect_free = True
    command = """
        for SERVICE in `ls /etc/init.d/`; do
            _=`cat /etc/init.d/$SERVICE | grep "### BEGIN INIT INFO"`

            if [ "$?" = "0" ]; then
                STATUS=`/etc/init.d/$SERVICE status`
                echo "$SERVICE=$?"
            fi
        done
    """

    @override
    @staticmethod
    def default() -> dict[str, bool | None]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool | None]:
        matches = (LINE.fullmatch(line.strip()) for line in output)
        return {found[1]: lsb_status(int(found[2])) for found in matches if found}


class InitdScriptStatus(FactBase[dict[str, bool | None]]):
    """Tells whether a service that `InitdStatus` leaves out runs, from its script's `status` action.

    A script without an LSB header is believed only when it says that its service runs. Empty where there is
    no script.
    """

    service = ""

    def command(self, service: str) -> StringCommand:
        """Word the question.

        Args:
            service: the script's name in `/etc/init.d`.

        Returns:
            The command.
        """
        self.service = service
        return StringCommand(
            StringCommand("SCRIPT=", QuoteString(f"/etc/init.d/{service}"), _separator=""),
            """
            if [ -f "$SCRIPT" ] && [ -x "$SCRIPT" ]; then
                KIND=other
                if grep -q "### BEGIN INIT INFO" "$SCRIPT"; then KIND=lsb; fi
                STATUS=0
                "$SCRIPT" status > /dev/null 2>&1 || STATUS=$?
                echo "$KIND=$STATUS"
            fi
            """,
            _separator="\n",
        )

    @override
    @staticmethod
    def default() -> dict[str, bool | None]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool | None]:
        kind, _, exit_code = "".join(output).partition("=")
        if kind not in {"lsb", "other"} or not exit_code.isdigit():
            return {}
        status = lsb_status(int(exit_code))
        return {self.service: status if kind == "lsb" or status else None}
