"""What rc.d scripts say of their services."""

from __future__ import annotations

import re

from pyinfra.api import FactBase
from typing_extensions import override

LINE = re.compile(r"([^\s=/]+)=(\d+)")
NOT_RUNNING = frozenset({1, 2, 3})


class RcdStatus(FactBase[dict[str, bool | None]]):
    """Tells which services of `/etc/rc.d` and `/usr/local/etc/rc.d` run.

    From the exit code of each script's `status` action, or `check`, as OpenBSD calls it: 0 is running, 1 to 3
    are not running, and any other is None.

    ```
    {
        "sshd": True,
        "ntpd": False,
    }
    ```
    """

    side_effect_free = True
    command = """
            for SERVICE in `find /etc/rc.d /usr/local/etc/rc.d -type f`; do
                $SERVICE status 2> /dev/null || $SERVICE check 2> /dev/null
                echo "`basename $SERVICE`=$?"
            done
        """

    @override
    @staticmethod
    def default() -> dict[str, bool | None]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool | None]:
        matches = (LINE.fullmatch(line) for line in output)
        return {found[1]: _status(int(found[2])) for found in matches if found}


def _status(exit_code: int) -> bool | None:
    if exit_code == 0:
        return True
    return False if exit_code in NOT_RUNNING else None
