"""The ssh connector."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, Any, ClassVar, cast

from paramiko import SSHException
from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import ConnectError, InventoryError, PyinfraError
from pyinfra.api.output import echo
from pyinfra.connectors.base import BaseConnector, DataMeta
from pyinfra.connectors.util import (
    CommandOutput,
    Delivery,
    OutputCollector,
    Placement,
    deliver,
    download_to,
    extract_control_arguments,
    put_file_by_stdin,
    run_local_process,
    stdin_bytes,
)
from typing_extensions import override

from ._agent import agent_path
from ._command import Ended, Request, run_command
from ._connection import Connection, connect
from ._data import ConnectorData, connector_data_meta
from ._errors import one_line
from ._rsync import rsync_command
from ._sessions import Sessions
from ._settings import Settings, settings_from_data
from ._staging import StagedUpload
from ._stdin import joined
from ._transfer import transfer_by

if TYPE_CHECKING:
    from io import IOBase

    from pyinfra.api.arguments import ConnectorArguments
    from typing_extensions import Unpack

_PRIVILEGES = ("_sudo", "_su_user", "_doas", "_dzdo")


class SSHConnector(BaseConnector):
    """Reaches hosts over ssh, the default connector: hosts of an inventory are ssh hosts unless it says otherwise.

    ```sh
    pyinfra my-host.net files.directory /tmp/demo
    pyinfra @ssh/192.168.1.20 exec -- uptime
    ```

    What is not in a host's data comes from `~/.ssh/config`: HostName, User, Port, IdentityFile, ProxyJump,
    ProxyCommand, HostKeyAlias and what else says how to reach a host, `Include` and `Match` included.

    Files are uploaded by one command that reads the content from stdin and replaces the destination in one step. With
    `ssh_file_transfer_protocol` the content goes to a private temporary file by sftp or scp first, and is then put in
    place by the same command.

    **Example:**

    ```python
    web = [
        "web-1.example.net",
        ("web-2.example.net", {"ssh_user": "deploy", "ssh_port": 2222, "ssh_key": "~/.ssh/deploy"}),
    ]
    ```
    """

    handles_execution = True
    handles_batches: ClassVar[bool] = True
    places_files: ClassVar[bool] = True
    max_calls: ClassVar[int] = 4

    data_cls: ClassVar[type[Any]] = ConnectorData
    data_meta: ClassVar[dict[str, DataMeta]] = connector_data_meta
    data: ConnectorData

    _connection: Connection | None = None
    _sessions: Sessions | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take back what is promised of `run_shell_command` here, where a class brings another one and says nothing."""
        super().__init_subclass__(**kwargs)
        if "run_shell_command" in vars(cls):
            for name in ("handles_batches", "max_calls"):
                if name not in vars(cls):
                    setattr(cls, name, getattr(BaseConnector, name))

    @staticmethod
    @override
    def make_names_data(name: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        if not name:
            raise InventoryError("@ssh needs a host: write @ssh/my-host.net")
        yield name, {"ssh_hostname": name}, []

    @property
    @override
    def uploads_by_command(self) -> bool:  # type: ignore[override]
        own = SSHConnector.put_file, SSHConnector.run_shell_command
        return (
            (type(self).put_file, type(self).run_shell_command) == own
            and self._connection is not None
            and self._connection.target.settings.protocol is None
        )

    # -- the connection ------------------------------------------------------------

    @override
    def connect(self) -> None:
        self.disconnect()
        try:
            self._connection = connect(self.make_settings())
        except (OSError, EOFError, SSHException, ValueError) as error:
            raise ConnectError(
                f"connecting failed: {one_line(str(error)) or type(error).__name__}"
            ) from error
        self._sessions = Sessions(self._connection)

    @override
    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        # Not before: an idle session that is forgotten is closed by a message of its own, which the host answers.
        self._sessions = None

    def make_settings(self) -> Settings:
        """Give what the host's data says about the connection; subclasses may change it.

        Raises:
            ConnectError: a value is none of its choices.
        """
        data = self.host.data
        return settings_from_data(
            cast("dict[str, Any]", self.data),
            self.host.name,
            self.host.print_prefix,
            self.state.config.CONNECT_TIMEOUT,
            Path(self.state.cwd or "."),
            {key for key in connector_data_meta if data.get(key) is not None},
        )

    @property
    def _open(self) -> Sessions:
        if self._sessions is None:
            raise ConnectError("there is no connection")
        return self._sessions

    # -- commands ------------------------------------------------------------

    @override
    def run_shell_command(
        self,
        command: StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        rest = cast("ConnectorArguments", dict(arguments))
        control = extract_control_arguments(rest)
        delivery = deliver(command, rest)
        if print_input:
            echo(f"{self.host.print_prefix}>>> {delivery.command}")
        return self.run_delivery(delivery, control, print_output)

    def run_delivery(
        self, delivery: Delivery, control: ConnectorArguments, print_output: bool
    ) -> tuple[bool, CommandOutput]:
        collector = OutputCollector(self.host.print_prefix, print_output)
        ended = self._execute(delivery, stdin_bytes(control.get("_stdin")), control, collector.feed)
        if ended.signal is not None:
            collector.feed("stderr", f"the command was ended by SIG{ended.signal}\n".encode())
        succeeded = ended.exit_code is not None and ended.exit_code in (
            control.get("_success_exit_codes") or [0]
        )
        return succeeded, collector.finish(ended.exit_code)

    def _execute(
        self, delivery: Delivery, stdin: bytes | IO[bytes] | None, control: ConnectorArguments, feed: Any
    ) -> Ended:
        sessions = self._open
        target = sessions.connection.target
        forwards = target.settings.forward_agent or target.options.flag("forwardagent")
        request = Request(
            command=delivery.command.get_raw_value().encode("utf-8", "surrogateescape"),
            stdin=joined(delivery.stdin, stdin),
            timeout=control.get("_timeout"),
            pty=bool(control.get("_get_pty")),
            agent=agent_path(target.options) if forwards else None,
            output_wait=cast("dict[str, Any]", control).get("_output_wait"),
        )
        return run_command(sessions, request, feed)

    # -- files ------------------------------------------------------------

    @override
    def put_file(
        self,
        filename_or_io: str | IOBase,
        remote_filename: str,
        remote_temp_filename: str | None = None,
        print_output: bool = False,
        print_input: bool = False,
        placement: Placement | None = None,
        **arguments: Unpack[ConnectorArguments],
    ) -> bool:
        protocol = self._open.connection.target.settings.protocol
        # Not a subclass's way of running commands, which may pass on no stdin, or lead elsewhere than onto the host.
        own = functools.partial(SSHConnector.run_shell_command, self)
        carrier: Any = SimpleNamespace(run_shell_command=own)
        if protocol is not None:
            folder = arguments.get("_temp_dir") or self.host.get_temp_dir_config()
            carrier = StagedUpload(self, transfer_by(protocol, self._open), folder)
        return put_file_by_stdin(
            carrier,
            filename_or_io,
            remote_filename,
            print_output=print_output,
            print_input=print_input,
            placement=placement,
            streams=True,
            **arguments,
        )

    @override
    def get_file(
        self,
        remote_filename: str,
        filename_or_io: str | IOBase,
        remote_temp_filename: str | None = None,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> bool:
        rest = cast("ConnectorArguments", dict(arguments))
        control = extract_control_arguments(rest)
        protocol = self._open.connection.target.settings.protocol
        by_protocol = protocol is not None and not any(rest.get(key) for key in (*_PRIVILEGES, "_chdir"))
        path = f"./{remote_filename}" if remote_filename.startswith("-") else remote_filename
        with download_to(filename_or_io) as content:
            if protocol is not None and by_protocol:
                transfer_by(protocol, self._open).download(path, content)
                return True
            delivery = deliver(StringCommand("cat", "--", QuoteString(path)), rest)
            if print_input:
                echo(f"{self.host.print_prefix}>>> {delivery.command}")
            errors = OutputCollector(self.host.print_prefix, print_output)
            ended = self._execute(
                delivery,
                None,
                control,
                lambda name, piece: content.write(piece) if name == "stdout" else errors.feed(name, piece),
            )
            if ended.exit_code != 0:
                why = errors.finish().output.strip() or f"SIG{ended.signal}"
                raise PyinfraError(f"could not read {remote_filename}: {why}")
        return True

    # -- rsync ------------------------------------------------------------

    @override
    def check_can_rsync(self) -> None:
        if shutil.which("rsync") is None:
            raise PyinfraError("rsync is not installed on this machine")
        if shutil.which("ssh") is None:
            raise PyinfraError("rsync needs the ssh program, which is not installed on this machine")
        if self.data.get("ssh_password"):
            raise PyinfraError("rsync can't log in with ssh_password; use a key")

    @override
    def rsync(
        self,
        src: str,
        dest: str,
        flags: Iterable[str],
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> bool:
        self.check_can_rsync()
        command = rsync_command(self._open.connection.target, src, dest, flags, arguments)
        if print_input:
            echo(f"{self.host.print_prefix}>>> {command}")
        with contextlib.suppress(TimeoutError):
            exit_code, output = run_local_process(
                command.get_raw_value(),
                timeout=arguments.get("_timeout"),
                print_output=print_output,
                print_prefix=self.host.print_prefix,
            )
            if exit_code == 0:
                return True
            raise PyinfraError(f"rsync failed: {one_line(output.stderr) or f'exit code {exit_code}'}")
        raise PyinfraError(f"rsync did not end within {arguments.get('_timeout')} seconds")
