"""The connector for this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

from typing_extensions import override

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import InventoryError, PyinfraError
from pyinfra.api.output import echo

from ._process import Finished, kill_group, run_process
from .base import BaseConnector
from .util import (
    CommandOutput,
    OutputCollector,
    Placement,
    deliver,
    download_to,
    extract_control_arguments,
    put_file_by_stdin,
    stdin_bytes,
)

if TYPE_CHECKING:
    import subprocess
    from io import IOBase

    from typing_extensions import Unpack

    from pyinfra.api.arguments import ConnectorArguments


class LocalConnector(BaseConnector):
    """Runs commands on this machine.

    ```sh
    pyinfra @local files.directory /tmp/demo
    pyinfra @local exec -- uptime
    ```

    **Example:**

    ```python
    workstation = ["@local"]
    ```
    """

    handles_execution = True
    handles_batches: ClassVar[bool] = True
    places_files: ClassVar[bool] = True
    max_calls: ClassVar[int] = 4

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._disconnects = 0

    @staticmethod
    @override
    def make_names_data(name: str | None = None) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        if name:
            raise InventoryError(f"@local takes no name, so @local/{name} is no host: write @local")
        yield "@local", {}, ["@local"]

    @override
    def disconnect(self) -> None:
        self._disconnects += 1
        for process in list(self._running):
            kill_group(process)

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
        exit_code, output = self._run(
            delivery.command.get_raw_value(),
            delivery.stdin,
            stdin_bytes(control.get("_stdin")),
            control.get("_timeout"),
            OutputCollector(self.host.print_prefix, print_output),
            terminal=bool(control.get("_get_pty")),
            output_wait=cast("dict[str, Any]", control).get("_output_wait"),
        )
        return exit_code in (control.get("_success_exit_codes") or [0]), output

    def _run(
        self,
        command: str,
        prefix: bytes,
        stdin: Any,
        timeout: float | None,
        collector: OutputCollector,
        terminal: bool,
        output_wait: float | None,
    ) -> tuple[int, CommandOutput]:
        if prefix or isinstance(stdin, bytes):
            content = stdin.read() if hasattr(stdin, "read") else stdin or b""
            stdin = prefix + content
        finished = self._process(command, stdin, timeout, collector.feed, terminal, output_wait)
        return finished.exit_code, collector.finish(finished.exit_code)

    def _process(
        self,
        command: str,
        stdin: Any,
        timeout: float | None,
        feed: Callable[[str, bytes], None],
        terminal: bool = False,
        output_wait: float | None = None,
    ) -> Finished:
        """Run a process that `disconnect` ends."""
        started: list[subprocess.Popen[bytes]] = []
        disconnects = self._disconnects

        def remember(process: subprocess.Popen[bytes]) -> None:
            started.append(process)
            self._running.add(process)
            # `disconnect` knows nothing of one that was only just begun.
            if self._disconnects != disconnects:
                kill_group(process)

        try:
            return run_process(command, stdin, timeout, feed, remember, terminal, output_wait)
        finally:
            self._running.difference_update(started)

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
        return put_file_by_stdin(
            self,
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
        # A dash alone is stdin to cat, whatever stands before it.
        path = f"./{remote_filename}" if remote_filename.startswith("-") else remote_filename
        delivery = deliver(StringCommand("cat", "--", QuoteString(path)), arguments)
        if print_input:
            echo(f"{self.host.print_prefix}>>> {delivery.command}")
        errors = OutputCollector(self.host.print_prefix, print_output)
        with download_to(filename_or_io) as content:

            def feed(name: str, piece: bytes) -> None:
                if name == "stdout":
                    content.write(piece)
                else:
                    errors.feed(name, piece)

            finished = self._process(
                delivery.command.get_raw_value(), delivery.stdin, arguments.get("_timeout"), feed
            )
            if finished.exit_code != 0:
                raise PyinfraError(f"could not read {remote_filename}: {errors.finish().output.strip()}")
        return True

    @override
    def check_can_rsync(self) -> None:
        if shutil.which("rsync") is None:
            raise PyinfraError("rsync is not installed on this machine")

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
        command = StringCommand(
            "rsync", *(QuoteString(flag) for flag in flags), QuoteString(src), QuoteString(dest)
        )
        status, output = self.run_shell_command(command, print_output, print_input, **arguments)
        if not status:
            raise PyinfraError(f"rsync failed: {output.stderr}")
        return True
