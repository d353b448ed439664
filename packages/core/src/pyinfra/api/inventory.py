"""The hosts of a run, their groups and their data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .connectors import get_connector
from .exceptions import InventoryError, NoGroupError, NoHostError
from .host import Host

if TYPE_CHECKING:
    from .state import State

NamesData = tuple[Iterable[Any], Mapping[str, Any]]


def extract_name_data(names: Iterable[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read a list of hosts.

    Args:
        names: host names, or tuples of a name and a dict of data.

    Yields:
        Each host's name and data.

    Raises:
        InventoryError: an item is neither, or it is no list.
    """
    if isinstance(names, str):
        raise InventoryError(f"hosts must be a list, not {names!r}: write [{names!r}]")
    if isinstance(names, Mapping):
        raise InventoryError(f"hosts must be a list, not {names!r}: write [(name, data), …]")
    for item in names:
        if isinstance(item, str) and item:
            yield item, {}
        elif (
            isinstance(item, tuple | list)
            and len(item) == 2  # noqa: PLR2004 - a name and its data
            and isinstance(item[0], str)
            and item[0]
            and isinstance(item[1], Mapping)
        ):
            yield item[0], dict(item[1])
        else:
            raise InventoryError(f"a host must be a name or a (name, data) tuple, not {item!r}")


class Inventory:
    """Hosts, groups and data.

    Args:
        names_data: the hosts (names or `(name, data)` tuples), and a dict of data for all of them.
        override_data: data that stands above all other.
        **groups: each group's hosts and data, as `names_data` has them.

    Raises:
        InventoryError: a host is malformed, or stands in one group twice with different data.
        NoConnectorError: a host names a connector that no plugin provides.
    """

    state: State

    def __init__(
        self, names_data: NamesData, override_data: Mapping[str, Any] | None = None, **groups: NamesData
    ) -> None:
        names, data = _names_and_data(names_data, "the inventory")
        self.data = data
        self.override_data = dict(override_data or {})
        self.host_data: dict[str, dict[str, Any]] = defaultdict(dict)
        self.group_data: dict[str, dict[str, Any]] = {}
        self.hosts: dict[str, Host] = {}
        self.groups: dict[str, list[Host]] = defaultdict(list)
        self.make_hosts_and_groups(names, groups)

    @staticmethod
    def empty() -> Inventory:
        """Give an inventory without hosts."""
        return Inventory(([], {}))

    def make_hosts_and_groups(self, names: Iterable[Any], groups: Mapping[str, NamesData]) -> None:
        """Make the hosts and put them into their groups."""
        memberships: dict[str, list[str]] = {}
        connectors: dict[str, Any] = {}
        self._read(None, names, memberships, connectors)
        for group, names_data in groups.items():
            members, self.group_data[group] = _names_and_data(names_data, f"group {group}")
            self.groups[group]
            self._read(group, members, memberships, connectors)
        for name, member_of in memberships.items():
            host = Host(name, self, member_of, connectors[name])
            self.hosts[name] = host
            for group in member_of:
                self.groups[group].append(host)

    def _read(
        self,
        group: str | None,
        names: Iterable[Any],
        memberships: dict[str, list[str]],
        connectors: dict[str, Any],
    ) -> None:
        seen: dict[str, dict[str, Any]] = {}
        for written, data in extract_name_data(names):
            if written in seen and seen[written] != data:
                where = f"group {group}" if group else "the inventory"
                raise InventoryError(f"{written} stands in {where} twice, with different data")
            seen[written] = data
            for name, connector, own_data, own_groups in _expand(written):
                connectors.setdefault(name, connector)
                self.host_data[name] = {**own_data, **self.host_data[name], **data}
                member_of = memberships.setdefault(name, [])
                for one in [*([group] if group else []), *own_groups]:
                    if one not in member_of:
                        member_of.append(one)

    def __len__(self) -> int:
        return len(self.hosts)

    def __iter__(self) -> Iterator[Host]:
        return iter(self.hosts.values())

    def get_active_hosts(self) -> list[Host]:
        """Give the hosts that still take part in the run."""
        return list(self.iter_active_hosts())

    def len_active_hosts(self) -> int:
        """Count them."""
        return len(self.get_active_hosts())

    def iter_active_hosts(self) -> Iterator[Host]:
        """Go through the hosts that still take part in the run."""
        active = self.state.active_hosts
        return iter([host for host in self if host in active])

    def iter_activated_hosts(self) -> Iterator[Host]:
        """Go through the hosts that have taken part in the run, failed ones too."""
        activated = self.state.activated_hosts
        return iter([host for host in self if host in activated])

    def len_activated_hosts(self) -> int:
        """Count them."""
        return len(list(self.iter_activated_hosts()))

    def get_host(self, name: str, default: Any = NoHostError) -> Host:
        """Give a host.

        Args:
            name: its name.
            default: what to give where there is none.

        Returns:
            The host.

        Raises:
            NoHostError: there is none, and no default was given.
        """
        if name in self.hosts:
            return self.hosts[name]
        if default is NoHostError:
            raise NoHostError(f"no host {name!r} in the inventory")
        return default  # type: ignore[no-any-return]

    def get_group(self, name: str, default: Any = NoGroupError) -> list[Host]:
        """Give a group's hosts; as `get_host`, with NoGroupError."""
        if name in self.groups:
            return self.groups[name]
        if default is NoGroupError:
            raise NoGroupError(f"no group {name!r} in the inventory")
        return default  # type: ignore[no-any-return]

    def get_data(self) -> dict[str, Any]:
        """Give the data of all hosts."""
        return self.data

    def get_override_data(self) -> dict[str, Any]:
        """Give the data that stands above all other."""
        return self.override_data

    def get_host_data(self, hostname: str) -> dict[str, Any]:
        """Give the data of one host alone."""
        return self.host_data[hostname]

    def get_group_data(self, group: str) -> dict[str, Any]:
        """Give the data of one group."""
        return self.group_data.get(group, {})

    def get_groups_data(self, groups: Iterable[str]) -> dict[str, Any]:
        """Give the data of several groups merged; the one named last wins."""
        merged: dict[str, Any] = {}
        for group in groups:
            merged.update(self.get_group_data(group))
        return merged


def _names_and_data(names_data: object, where: str) -> tuple[Iterable[Any], dict[str, Any]]:
    if isinstance(names_data, tuple | list) and len(names_data) == 2:  # noqa: PLR2004 - hosts and data
        names, data = names_data
        if isinstance(names, Iterable) and isinstance(data, Mapping | None):
            return names, dict(data or {})
    raise InventoryError(f"{where} must be (hosts, data), a list and a dict, not {names_data!r}")


def _expand(written: str) -> Iterator[tuple[str, Any, dict[str, Any], list[str]]]:
    """The hosts that one written name stands for, with their connectors."""
    if not written.startswith("@"):
        yield written, None, {"ssh_hostname": written}, []
        return
    connector_name, _, rest = written[1:].partition("/")
    connector = get_connector(connector_name)
    for name, data, groups in connector.make_names_data(rest or None):  # type: ignore[arg-type]
        execution = connector if connector.handles_execution else None
        yield name, execution, dict(data), list(groups)
