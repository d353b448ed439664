"""A host's data, and what a parked evaluation saw of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .host import Host


class HostData:
    """A host's data: attributes looked up in what was overridden, the host's own data, its groups', and `all`'s.

    Args:
        host: the host.
        *datas: the sources, the one that wins first; a callable is called for its dict.
    """

    # What deploy code has set; replaced whole, never changed, so that a task can keep what it saw.
    override_datas: dict[str, Any]

    def __init__(self, host: Host, *datas: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> None:
        object.__setattr__(self, "_host", host)
        object.__setattr__(self, "_datas", [data() if callable(data) else data for data in datas])
        object.__setattr__(self, "override_datas", {})

    def __getattr__(self, key: str) -> Any:
        # What Python itself asks for, of a copy that has nothing yet too.
        if key.startswith("__") or key in {"_host", "_datas", "override_datas"}:
            raise AttributeError(key)
        found = self.get(key, _UNSET)
        if found is _UNSET:
            raise AttributeError(f"host {self._host.name} has no data {key!r}")
        return found

    def __setattr__(self, key: str, value: Any) -> None:
        object.__setattr__(self, "override_datas", {**self.override_datas, key: value})

    def __contains__(self, key: str) -> bool:
        return self.get(key, _UNSET) is not _UNSET

    def __str__(self) -> str:
        return str(self.dict())

    def _sources(self) -> list[Mapping[str, Any]]:
        return [_seen_overrides.get(self.override_datas), *self._datas, self._host.get_deploy_data()]

    def get(self, key: str, default: Any = None) -> Any:
        """Give the data of a name, or the default."""
        for source in self._sources():
            if key in source:
                return source[key]
        return default

    def among(self, names: AbstractSet[str]) -> dict[str, Any]:
        """Give the data of those of several names that there is data for."""
        found: dict[str, Any] = {}
        for source in reversed(self._sources()):
            for key in source.keys() & names:
                found[key] = source[key]
        return found

    def dict(self) -> dict[str, Any]:
        """Give all of the data."""
        merged: dict[str, Any] = {}
        for source in reversed(self._sources()):
            merged.update(source)
        return merged


_UNSET = object()


class _SeenOverrides:
    """What a parked evaluation saw of the data that deploy code sets: it keeps that, whatever is set meanwhile."""

    def __init__(self) -> None:
        self._var: ContextVar[dict[str, Any] | None] = ContextVar("pyinfra_seen_overrides", default=None)

    def get(self, current: dict[str, Any]) -> dict[str, Any]:
        seen = self._var.get()
        return current if seen is None else seen

    def keep(self, current: dict[str, Any] | None) -> None:
        self._var.set(current)


_seen_overrides = _SeenOverrides()
keep_overrides = _seen_overrides.keep
