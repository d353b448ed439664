"""What `systemctl show` tells of units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import override

from ._systemctl import systemctl

# Of the low-level states that `systemctl --state=help` lists, those that systemd maps to an active unit.
ACTIVE_SUB_STATES = frozenset(
    {
        "abandoned",
        "active",
        "elapsed",
        "exited",
        "listening",
        "mounted",
        "plugged",
        "refresh",
        "reload",
        "reload-notify",
        "reload-signal",
        "remounting",
        "running",
        "waiting",
    }
)
# A static unit has nothing to enable: it is there for others that want it.
ENABLED_FILE_STATES = frozenset({"enabled", "static"})

GLOB = re.compile(r"[*?\[]")


class _SystemdUnits(FactBase[dict[str, bool]]):
    """One property of units, as a yes or no."""

    abstract = True
    side_effect_free = True
    shown_property: ClassVar[str]
    yes_values: ClassVar[frozenset[str]]

    services: list[str] | None = None

    @override
    def requires_command(
        self,
        user_mode: bool = False,
        machine: str | None = None,
        user_name: str | None = None,
        services: str | list[str] | None = None,
    ) -> str:
        return "systemctl"

    def command(
        self,
        user_mode: bool = False,
        machine: str | None = None,
        user_name: str | None = None,
        services: str | list[str] | None = None,
    ) -> StringCommand:
        """Word the `systemctl show`.

        Args:
            user_mode: whether to ask about the user's own units.
            machine: the local container to ask about.
            user_name: whose units to ask about.
            services: the units, by their whole names, or patterns of names; None for all units in memory.

        Returns:
            The command.
        """
        self.services = [services] if isinstance(services, str) else services
        names = ["*"] if self.services is None else self.services
        options_end = ["--"] if any(name.startswith("-") for name in names) else []
        show = StringCommand(
            systemctl(user_mode, machine, user_name),
            "show --all --property Id --property",
            self.shown_property,
            *options_end,
            *(QuoteString(name) for name in names),
        )
        # A user who has never logged in has no manager to ask, and so no units.
        return StringCommand("(", show, "2>/dev/null || true )") if user_mode else show

    @override
    @staticmethod
    def default() -> dict[str, bool]:
        return {}

    @override
    def process(self, output: list[str]) -> dict[str, bool]:
        return {name: value in self.yes_values for name, value in self._values(output).items()}

    def _values(self, output: list[str]) -> dict[str, str]:
        """Give the property as `systemctl` writes it."""
        units = [
            (record["Id"], record[self.shown_property])
            for record in _records(output)
            if record.get("Id") and self.shown_property in record
        ]
        found = dict(units)
        asked = self.services or []
        # `Id` is a unit's main name. One that was asked for by an alias is answered under both names.
        if len(asked) == len(units) and not any(GLOB.search(name) for name in asked):
            found.update((name, value) for name, (_, value) in zip(asked, units, strict=True))
        return found


def _records(output: list[str]) -> Iterator[dict[str, str]]:
    record: dict[str, str] = {}
    for line in output:
        key, equals, value = line.partition("=")
        if (not equals or key in record) and record:
            yield record
            record = {}
        if equals:
            record[key] = value
    if record:
        yield record


class EnabledUnits(dict[str, bool]):
    """Which units are enabled, by their names.

    Attributes:
        static: the names of those that are enabled only in that others may want them.
    """

    static: frozenset[str] = frozenset()


class SystemdStatus(_SystemdUnits):
    """Tells which systemd units are active, from `systemctl show`'s `Id` and `SubState`.

    ```
    {
        "ssh.service": True,
        "containerd.service": False,
        "apt-daily.timer": True,
    }
    ```
    """

    shown_property = "SubState"
    yes_values = ACTIVE_SUB_STATES


class SystemdEnabled(_SystemdUnits):
    """Tells which systemd units are enabled or static, from `systemctl show`'s `Id` and `UnitFileState`.

    ```
    {
        "ssh.service": True,
        "containerd.service": False,
        "apt-daily.timer": True,
    }
    ```
    """

    shown_property = "UnitFileState"
    yes_values = ENABLED_FILE_STATES

    @override
    def process(self, output: list[str]) -> dict[str, bool]:
        found = EnabledUnits(super().process(output))
        found.static = frozenset(name for name, value in self._values(output).items() if value == "static")
        return found
