"""Facts: what is known of a host, each a command and a parser."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from .exceptions import FactNotCollected, FactPreconditionError, FactProcessError, MissingCommandError

if TYPE_CHECKING:
    from .command import StringCommand
    from .host import Host
    from .state import State

T = TypeVar("T")

_FACTS = "pyinfra.facts."

__all__ = [
    "FactBase",
    "FactNotCollected",
    "FactPreconditionError",
    "FactProcessError",
    "MissingCommandError",
    "ShortFactBase",
    "get_fact",
    "get_fact_name",
    "get_facts",
]


def get_fact_name(cls: type) -> str:
    """Give the public name of a fact, such as `files.Link`.

    Args:
        cls: a fact's class; private modules it is defined in do not show.

    Returns:
        The name of the public module below `pyinfra.facts`, or the last one of another package, and the class.
    """
    parts = [part for part in cls.__module__.split(".") if not part.startswith("_")]
    module = ".".join(parts[2:]) if parts[:2] == ["pyinfra", "facts"] else (parts or [cls.__module__])[-1]
    return f"{module}.{cls.__name__}"


def _show_public_module(cls: type) -> None:
    # Runners of cases read a fact's name from its module, and would not find it in a private one.
    public, _, private = cls.__module__.partition("._")
    if private and public.startswith(_FACTS):
        cls.__module__ = public


class FactBase(Generic[T]):
    """A fact: a command to run on a host, and a parser of its output.

    Attributes:
        command: the command, as a str or as a method that takes the fact's arguments and returns a str or
            `StringCommand`.
        abstract: whether the class is only a base of others.
        shell_executable: the shell the command is for; None for the run's own.
        side_effect_free: whether asking changes nothing on the host, so that it may be asked ahead of need.
        name: the public name, such as `server.Os`.
    """

    name: ClassVar[str]
    abstract: ClassVar[bool] = True
    shell_executable: str | None = None
    side_effect_free: ClassVar[bool] = False

    command: str | StringCommand | Callable[..., str | StringCommand]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = get_fact_name(cls)
        _show_public_module(cls)
        if "abstract" not in cls.__dict__:
            cls.abstract = not hasattr(cls, "command")

    def requires_command(self, *args: Any, **kwargs: Any) -> str | None:
        """Name the binary that must be on the host.

        Args:
            *args: the fact's arguments.
            **kwargs: the fact's arguments.

        Returns:
            The binary's name; None for nothing that may be missing.
        """
        return None

    def check_preconditions(self, state: State, host: Host) -> str | None:
        """Tell what else is missing for the fact to be asked.

        Args:
            state: the run.
            host: the host.

        Returns:
            The reason why it can't be; None where it can.
        """
        return None

    @staticmethod
    def default() -> T:
        """Give the value where the host had nothing to say, or the fact could not be collected."""
        return cast("T", None)

    def process(self, output: list[str]) -> T:
        """Parse the command's output.

        Args:
            output: the lines of its stdout, without their newlines.

        Returns:
            The fact's value.
        """
        return cast("T", "\n".join(output))


class ShortFactBase(Generic[T]):
    """A view of another fact's value.

    Attributes:
        fact: the other fact; both share one answer of the host.
        name: the public name.
    """

    name: ClassVar[str]
    fact: ClassVar[type[FactBase[Any]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = get_fact_name(cls)
        _show_public_module(cls)

    def process_data(self, data: Any) -> T:
        """Make this fact's value of the other's.

        Args:
            data: the other fact's value.

        Returns:
            The value.
        """
        return cast("T", data)


def call_with_fact_arguments(attribute: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Ask an attribute that is a value, or a method with or without the fact's arguments.

    Args:
        attribute: `command` or `requires_command` of a fact.
        args: the fact's positional arguments.
        kwargs: the fact's keyword arguments.

    Returns:
        The value; None for no attribute.
    """
    if not callable(attribute):
        return attribute
    return attribute(*args, **kwargs) if _takes_arguments(attribute) else attribute()


_taking: dict[Any, bool] = {}


def _takes_arguments(method: Callable[..., Any]) -> bool:
    key = getattr(method, "__func__", method)
    known = _taking.get(key)
    if known is None:
        known = _taking[key] = bool(inspect.signature(method).parameters)
    return known


def get_fact(
    state: State,
    host: Host,
    cls: type[FactBase[T] | ShortFactBase[T]],
    args: Any | None = None,
    kwargs: Any | None = None,
    ensure_hosts: Any | None = None,  # noqa: ARG001 - the documented signature
    apply_failed_hosts: bool = True,
) -> T:
    """Ask a host for a fact.

    Args:
        state: the run.
        host: the host.
        cls: the fact.
        args: its positional arguments.
        kwargs: its keyword arguments, and global arguments.
        ensure_hosts: not used.
        apply_failed_hosts: whether a host that can't answer has failed.

    Returns:
        The fact's value.
    """
    return cast(
        "T",
        state.engine.get_fact(host, cls, tuple(args or ()), dict(kwargs or {}), fail_host=apply_failed_hosts),
    )


def get_facts(
    state: State, cls: type[FactBase[T] | ShortFactBase[T]], *args: Any, **kwargs: Any
) -> dict[Host, T]:
    """Ask every active host for a fact, all at once.

    Args:
        state: the run.
        cls: the fact.
        *args: `args` and `kwargs` as `get_fact` takes them: a list or tuple, and a dict.
        **kwargs: `args`, `kwargs`, `apply_failed_hosts`.

    Returns:
        The value by host; hosts that failed are left out.
    """
    hosts = list(state.inventory.iter_active_hosts())
    return cast(
        "dict[Host, T]",
        state.engine.on_hosts(hosts, lambda host: get_fact(state, host, cls, *args, **kwargs)),
    )
