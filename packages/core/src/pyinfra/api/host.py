"""A host: what is known of it, and the way to it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from . import facts
from ._host_data import HostData
from .exceptions import ConnectError, PyinfraError
from .output import format_text
from .util import make_hash, sha1_hash

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pyinfra.connectors.base import BaseConnector
    from pyinfra.connectors.util import CommandOutput

    from .arguments import AllArguments
    from .facts import FactBase, ShortFactBase
    from .inventory import Inventory
    from .state import State

T = TypeVar("T")
V = TypeVar("V")

logger = logging.getLogger("pyinfra")


class PerCall(Generic[V]):
    """An attribute that belongs to the call at hand: each task has its own, of the object that it is about.

    Args:
        default: its value where the task has set none.
    """

    def __init__(self, default: V) -> None:
        self._default = default
        # The object is there so that what was set for one holds for no other.
        self._var: ContextVar[tuple[object, V]]

    def __set_name__(self, owner: type, name: str) -> None:
        self._var = ContextVar(f"pyinfra_{owner.__name__}_{name}", default=(None, self._default))

    def __get__(self, instance: object, owner: type | None = None) -> V:
        of, value = self._var.get()
        return value if of is instance else self._default

    def __set__(self, instance: object, value: V) -> None:
        of, known = self._var.get()
        if (known if of is instance else self._default) is not value:
            self._var.set((instance, value))


class Host:
    """A host of the inventory.

    Args:
        name: its name.
        inventory: the inventory that it belongs to.
        groups: the names of its groups.
        connector_cls: the connector's class, or its name.

    Attributes:
        data: its data, looked up by attribute.
        connected: whether there is a connection.
        connector: the connector.
        connector_data: what connectors keep about it.
    """

    state: State
    connected: bool = False

    in_op = PerCall[bool](False)
    in_callback_op = PerCall[bool](False)
    current_op_hash = PerCall["str | None"](None)
    current_op_global_arguments = PerCall["AllArguments | None"](None)
    in_deploy = PerCall[bool](False)
    current_deploy_name = PerCall["str | None"](None)
    current_deploy_kwargs = PerCall["AllArguments | None"](None)
    current_op_deploy_data = PerCall["dict[str, Any] | None"](None)
    current_deploy_data = PerCall["dict[str, Any] | None"](None)
    executing_op_hash = PerCall["str | None"](None)
    nested_executing_op_hash = PerCall["str | None"](None)
    loop_position = PerCall["tuple[int, ...]"](())
    noop_description = PerCall["str | None"](None)

    def __init__(
        self,
        name: str,
        inventory: Inventory,
        groups: Iterable[str],
        connector_cls: type[BaseConnector] | str | None = None,
    ) -> None:
        self.name = name
        self.inventory = inventory
        self.groups = list(groups)
        self._connector_cls = connector_cls
        self._connector: BaseConnector | None = None
        self.connector_data: dict[str, Any] = {}
        self.reload_data()

    def reload_data(self) -> None:
        """Read the data anew from the inventory; what deploy code has set on it is forgotten."""
        self.data = HostData(
            self,
            self.inventory.get_override_data(),
            self.inventory.get_host_data(self.name),
            self.inventory.get_groups_data(self.groups),
            self.inventory.get_data(),
        )

    def init(self, state: State) -> None:
        """Take part in a run; the connector reads the host's data here."""
        self.state = state
        self._connector = self.connector_cls(state, self)

    @property
    def connector_cls(self) -> type[BaseConnector]:
        """The connector's class; asked of the plugins by name when it is first needed."""
        if not isinstance(self._connector_cls, type):
            from .connectors import get_execution_connector

            self._connector_cls = get_execution_connector(self._connector_cls or "ssh")
        return self._connector_cls

    @property
    def connector(self) -> BaseConnector:
        """The connector."""
        if self._connector is None:
            raise PyinfraError(f"host {self.name} takes part in no run yet")
        return self._connector

    @connector.setter
    def connector(self, connector: BaseConnector) -> None:
        self._connector = connector

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Host({self.name})"

    @property
    def host_data(self) -> Mapping[str, Any]:
        """The data of this host alone."""
        return self.inventory.get_host_data(self.name)

    @property
    def group_data(self) -> Mapping[str, Any]:
        """The data of its groups, merged."""
        return self.inventory.get_groups_data(self.groups)

    @property
    def print_prefix(self) -> str:
        """What a line about this host starts with."""
        nested = f"{format_text('nested', 'blue')} " if self.nested_executing_op_hash else ""
        return f"[{format_text(self.name, 'white', bold=True)}] {nested}"

    def style_print_prefix(self, *args: Any, **kwargs: Any) -> str:
        """Give the prefix in a style of `format_text`."""
        return f"[{format_text(self.name, *args, **kwargs)}] "

    def log(self, message: str, log_func: Callable[[str], Any] = logger.info) -> None:
        """Log a line about this host."""
        log_func(f"{self.print_prefix}{message}")

    def log_styled(self, message: str, log_func: Callable[[str], Any] = logger.info, **kwargs: Any) -> None:
        """Log a line about this host in a style of `format_text`."""
        self.log(format_text(message, **kwargs), log_func)

    def noop(self, description: str) -> None:
        """Say why an operation has nothing to do.

        Args:
            description: a sentence such as `file /etc/hosts already exists`.
        """
        self.noop_description = description
        if self.state.print_noop_info:
            self.log(f"noop: {description}")

    def get_deploy_data(self) -> dict[str, Any]:
        """Give the default data of the deploy that runs, or of the one the operation was called in."""
        return self.current_op_deploy_data or self.current_deploy_data or {}

    def loop(self, iterable: Iterable[T]) -> Iterator[T]:
        """Go through an iterable, keeping operations called for one item together in the order of the run.

        Args:
            iterable: what to go through.

        Yields:
            Its items.
        """
        outer = self.loop_position
        try:
            for position, item in enumerate(iterable):
                self.loop_position = (*outer, position)
                yield item
        finally:
            self.loop_position = outer

    @contextmanager
    def when(self, condition: Callable[[], bool]) -> Iterator[None]:
        """Have every operation called in a `with` run only where a function returns True just before it."""
        conditions = (self.current_deploy_kwargs or {}).get("_if") or []
        existing = list(conditions) if isinstance(conditions, list) else [conditions]
        with self.arguments(_if=[*existing, condition]):
            yield

    @contextmanager
    def arguments(self, **arguments: Unpack[AllArguments]) -> Iterator[None]:
        """Give every operation called in a `with` global arguments."""
        outer = self.current_deploy_kwargs
        self.current_deploy_kwargs = cast("AllArguments", {**(outer or {}), **arguments})
        try:
            yield
        finally:
            self.current_deploy_kwargs = outer

    @contextmanager
    def deploy(
        self,
        name: str,
        kwargs: AllArguments | None,
        data: dict[str, Any] | None,
        in_deploy: bool = True,
    ) -> Iterator[None]:
        """Run code as a deploy.

        Args:
            name: the deploy's name; stands before those of its operations.
            kwargs: global arguments for its operations.
            data: default data.
            in_deploy: whether it counts as one.
        """
        outer = (
            self.in_deploy,
            self.current_deploy_name,
            self.current_deploy_kwargs,
            self.current_deploy_data,
        )
        full_name = f"{outer[1]} | {name}" if outer[1] else name
        self.in_deploy = in_deploy
        self.current_deploy_name = full_name
        self.current_deploy_kwargs = kwargs
        self.current_deploy_data = data
        try:
            yield
        finally:
            self.in_deploy, self.current_deploy_name, self.current_deploy_kwargs, self.current_deploy_data = (
                outer
            )

    def get_temp_dir_config(self) -> str:
        """Give the folder for temporary files."""
        config = self.state.current_config
        return config.TEMP_DIR or config.DEFAULT_TEMP_DIR

    def get_temp_filename(
        self,
        hash_key: str | None = None,
        hash_filename: bool = True,
        *,
        temp_directory: str | None = None,
    ) -> str:
        """Give a name for a temporary file on the host.

        Args:
            hash_key: what the name is made of; none for a new one.
            hash_filename: whether to hash it, or use it as it is.
            temp_directory: the folder, instead of the configured one.

        Returns:
            The path.
        """
        own = (self.current_op_global_arguments or {}).get("_temp_dir")
        folder = temp_directory or own or self.get_temp_dir_config()
        if hash_key is None:
            self.connector_data["temp_files"] = number = self.connector_data.get("temp_files", 0) + 1
            hash_key = make_hash([self.name, number, id(self)])
        return f"{folder}/pyinfra-{sha1_hash(hash_key) if hash_filename else hash_key}"

    @overload
    def get_fact(self, name_or_cls: type[FactBase[T]], *args: Any, **kwargs: Any) -> T: ...

    @overload
    def get_fact(self, name_or_cls: type[ShortFactBase[T]], *args: Any, **kwargs: Any) -> T: ...

    @overload
    def get_fact(self, name_or_cls: str, *args: Any, **kwargs: Any) -> Any: ...

    def get_fact(self, name_or_cls: Any, *args: Any, **kwargs: Any) -> Any:
        """Ask the host for a fact.

        Args:
            name_or_cls: the fact's class, or its name: `server.LinuxDistribution`, or `LinuxDistribution` where only
                one plugin has it.
            *args: the fact's arguments.
            **kwargs: the fact's arguments, and global arguments (`_sudo=True`).

        Returns:
            The fact's value.

        Raises:
            FactError: the host could not tell; it has failed then.
        """
        if isinstance(name_or_cls, str):
            from pyinfra.plugins import find_fact

            name_or_cls = find_fact(name_or_cls)
        return facts.get_fact(self.state, self, name_or_cls, args=args, kwargs=kwargs)

    def connect(
        self, reason: str | None = None, show_errors: bool = True, raise_exceptions: bool = False
    ) -> None:
        """Connect, if there is no connection.

        Args:
            reason: why, for the log.
            show_errors: whether to log a failure.
            raise_exceptions: whether to raise it.

        Raises:
            ConnectError: it failed, and `raise_exceptions` is set.
        """
        if self.connected:
            return
        try:
            self.state.engine.connections.connect(self, reason)
        except ConnectError as error:
            if show_errors:
                logger.error("%s%s", self.print_prefix, error)
            if raise_exceptions:
                raise

    def disconnect(self) -> None:
        """Disconnect, if there is a connection."""
        self.state.engine.connections.disconnect(self)

    def run_shell_command(self, command: Any, *args: Any, **kwargs: Any) -> tuple[bool, CommandOutput]:
        """Run a command on the host; see `BaseConnector.run_shell_command`."""
        from .util import as_command

        return self.state.engine.run_command(self, as_command(command), *args, **kwargs)

    def put_file(self, *args: Any, **kwargs: Any) -> bool:
        """Upload a file, whole or not at all; see `BaseConnector.put_file`."""
        return self.state.engine.put_file(self, *args, **kwargs)

    def get_file(self, *args: Any, **kwargs: Any) -> bool:
        """Download a file; see `BaseConnector.get_file`."""
        return self.state.engine.get_file(self, *args, **kwargs)

    def check_can_rsync(self) -> None:
        """Raise where rsync can't be used."""
        self.connector.check_can_rsync()

    def rsync(self, *args: Any, **kwargs: Any) -> bool:
        """Copy a tree to the host with rsync; see `BaseConnector.rsync`."""
        return self.state.engine.rsync(self, *args, **kwargs)
