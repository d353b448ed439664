"""What a connector is: the way commands and files reach a host."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_type_hints

from typing_extensions import TypedDict

from pyinfra.api._types import fits, written
from pyinfra.api.exceptions import ConnectorDataTypeError, PyinfraError
from pyinfra.api.hiddenvalue import HiddenValue, remember_secret

if TYPE_CHECKING:
    from io import IOBase

    from typing_extensions import Unpack

    from pyinfra.api._host_data import HostData
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.api.command import StringCommand
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from .util import CommandOutput

T = TypeVar("T")


class ConnectorData(TypedDict, total=False):
    """The keys of host data that a connector reads; a connector declares its own."""


class DataMeta:
    """What is known of one key of a connector's data.

    Args:
        description: one sentence for the documentation.
        default: the value where the host's data has none.
    """

    def __init__(self, description: str, default: Any = None) -> None:
        self.description = description
        self.default = default


def host_to_connector_data(
    connector_data: type[T], connector_data_meta: Mapping[str, DataMeta], host_data: HostData
) -> T:
    """Read a connector's data from a host's.

    Args:
        connector_data: the TypedDict that the connector declares.
        connector_data_meta: what is known of each of its keys.
        host_data: the host's data.

    Returns:
        A dict of that type, defaults filled in.

    Raises:
        ConnectorDataTypeError: a value has the wrong type.
    """
    found: dict[str, Any] = {}
    for key, hint in get_type_hints(connector_data).items():
        value = host_data.get(key)
        if value is None:
            meta = connector_data_meta.get(key)
            value = meta.default if meta is not None else None
        elif isinstance(value, HiddenValue):
            value = value.raw_value
        elif not fits(value, hint):
            raise ConnectorDataTypeError(
                f"host data {key} must be {written(hint)}, not {type(value).__name__}"
            )
        if key.endswith("password"):
            remember_secret(value)
        found[key] = value
    return found  # type: ignore[return-value]


class BaseConnector(abc.ABC):
    """Carries commands and files to one host.

    Calls may block: the engine makes each in a thread of its pool, `max_calls` of them at a time for a host.

    Attributes:
        handles_execution: whether hosts can be worked on with it (inventory-only connectors say False).
        handles_batches: whether `run_shell_command` passes `_stdin` on unchanged, as bytes, to a POSIX sh, and
            keeps no state between calls: such a connector is sent many facts as one script. With a fact it is given
            `_output_wait` too: the seconds after which, when the command has ended, it stops waiting for output that
            something in the background holds open; without it, output is waited for until it is closed.
        replaces_files: whether `put_file` replaces the destination whole or not at all. One that takes batches must;
            for any other that doesn't, core has `put_file` place the bytes beside it and renames.
        places_files: whether `put_file` takes `placement`, a `Placement`, and sees to it; core does for any other.
        uploads_by_command: whether `put_file` is no more than `upload_command` with the content on its stdin: that
            of a small file then reaches the command in a script, with what follows it.
        max_calls: how many calls may be under way at once.
        data_cls: the TypedDict of the keys it reads from host data.
        data_meta: a description and default for each of them.
    """

    state: State
    host: Host

    handles_execution: ClassVar[bool] = False
    handles_batches: ClassVar[bool] = False
    replaces_files: ClassVar[bool] = False
    places_files: ClassVar[bool] = False
    uploads_by_command: bool = False
    max_calls: ClassVar[int] = 1

    data_cls: ClassVar[type[Any]] = ConnectorData
    data_meta: ClassVar[dict[str, DataMeta]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take back what is promised of `put_file`, where a class brings another one and says nothing."""
        super().__init_subclass__(**kwargs)
        if "put_file" in vars(cls) and "places_files" not in vars(cls):
            cls.places_files = False

    def __init__(self, state: State, host: Host) -> None:
        self.state = state
        self.host = host
        self.data = host_to_connector_data(self.data_cls, self.data_meta, host.data)

    @staticmethod
    @abc.abstractmethod
    def make_names_data(name: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        """Give the hosts that `@connector/name` stands for.

        Args:
            name: what follows the slash; empty or None for the bare `@connector`.

        Yields:
            Each host's name, data and groups.
        """

    def connect(self) -> None:  # noqa: B027 - many need no connection
        """Connect; raises ConnectError."""

    def disconnect(self) -> None:  # noqa: B027 - many need no connection
        """Disconnect; called once, also after a failure."""

    @abc.abstractmethod
    def run_shell_command(
        self,
        command: StringCommand,
        print_output: bool,
        print_input: bool,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        """Run a command.

        Args:
            command: the command, without privileges, folder or environment, which the arguments give.
            print_output: whether to echo its output as it comes.
            print_input: whether to echo the command.
            **arguments: how to run it.

        Returns:
            Whether it succeeded, and its output.
        """

    @abc.abstractmethod
    def put_file(
        self,
        filename_or_io: str | IOBase,
        remote_filename: str,
        remote_temp_filename: str | None = None,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> bool:
        """Upload a file, whole or not at all."""

    @abc.abstractmethod
    def get_file(
        self,
        remote_filename: str,
        filename_or_io: str | IOBase,
        remote_temp_filename: str | None = None,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> bool:
        """Download a file."""

    def check_can_rsync(self) -> None:
        """Raise where rsync can't be used with this connector."""
        raise PyinfraError(f"{type(self).__name__} can't rsync")

    def rsync(
        self,
        src: str,
        dest: str,
        flags: Iterable[str],
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> bool:
        """Copy a tree to the host with rsync."""
        raise PyinfraError(f"{type(self).__name__} can't rsync")
