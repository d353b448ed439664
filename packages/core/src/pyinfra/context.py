"""The host, state, config and inventory that code runs for right now.

`pyinfra.host` and its kin are facades: each attribute asked of them is asked of the object that the running code's
context holds. Core itself never reads them; it is for deploys, operations and facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from pyinfra.api.config import Config
    from pyinfra.api.host import Host
    from pyinfra.api.inventory import Inventory
    from pyinfra.api.state import State

T = TypeVar("T")


class ContextManager(Generic[T]):
    """Holds which object a facade stands for.

    Args:
        key: the facade's name.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self._var: ContextVar[T | None] = ContextVar(f"pyinfra_{key}")
        self._base: T | None = None

    def get(self) -> T | None:
        """Give the object of this context, or the process-wide one (threads that users start), or None."""
        found = self._var.get(None)
        return found if found is not None else self._base

    def set(self, value: T | None) -> None:
        """Set the object, here and process-wide."""
        self._base = value
        self._var.set(value)

    set_base = set

    def reset(self) -> None:
        """Forget the object, here and process-wide."""
        self.set(None)

    def isset(self) -> bool:
        """Tell whether there is an object."""
        return self.get() is not None

    @contextmanager
    def use(self, value: T) -> Iterator[None]:
        """Set the object for this context, for the length of a `with`."""
        token = self._var.set(value)
        try:
            yield
        finally:
            self._var.reset(token)

    def enter(self, value: T) -> None:
        """Set the object for the rest of this context, which is a task's own."""
        if self._var.get(None) is not value:
            self._var.set(value)


class ContextObject:
    """A facade."""

    __slots__ = ("_pyinfra_manager",)

    def __init__(self, manager: ContextManager[Any]) -> None:
        object.__setattr__(self, "_pyinfra_manager", manager)

    def _target(self) -> Any:
        manager = self._pyinfra_manager
        found = manager.get()
        if found is None:
            raise AttributeError(f"pyinfra.{manager.key} is only there while pyinfra runs a deploy")
        return found

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__") and self._pyinfra_manager.get() is None:
            raise AttributeError(key)
        return getattr(self._target(), key)

    def __setattr__(self, key: str, value: Any) -> None:
        setattr(self._target(), key, value)

    def __delattr__(self, key: str) -> None:
        delattr(self._target(), key)

    def __repr__(self) -> str:
        return f"{self._pyinfra_manager.key}: {self._pyinfra_manager.get()!r}"

    def __str__(self) -> str:
        return str(self._target())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._target())

    def __len__(self) -> int:
        return len(self._target())

    def __bool__(self) -> bool:
        return self._pyinfra_manager.get() is not None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ContextObject):
            other = other._target()
        return bool(self._target() == other)

    def __hash__(self) -> int:
        return hash(self._target())


ctx_state: ContextManager[State] = ContextManager("state")
ctx_inventory: ContextManager[Inventory] = ContextManager("inventory")
ctx_config: ContextManager[Config] = ContextManager("config")
ctx_host: ContextManager[Host] = ContextManager("host")

state = cast("State", ContextObject(ctx_state))
inventory = cast("Inventory", ContextObject(ctx_inventory))
config = cast("Config", ContextObject(ctx_config))
host = cast("Host", ContextObject(ctx_host))

_facades = (state, host)


def at_hand() -> tuple[State | None, Host | None]:
    """Give the state and the host that code runs for; None where it runs for none.

    Where `state` or `host` of this module is replaced, as tests of plugins do, what replaces it counts.
    """
    return (
        ctx_state.get() if state is _facades[0] else state,
        ctx_host.get() if host is _facades[1] else host,
    )
