"""A connector that remembers commands and files, and runs nothing."""

from __future__ import annotations

import math
import os
import random
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import ConnectorDataTypeError
from pyinfra.api.output import echo
from pyinfra.api.util import get_file_io
from pyinfra.connectors.base import BaseConnector, ConnectorData, DataMeta
from pyinfra.connectors.util import CommandOutput, OutputCollector, Placement
from typing_extensions import override

from ._responses import Responses

if TYPE_CHECKING:
    from io import IOBase

    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.api.host import Host
    from pyinfra.api.state import State
    from typing_extensions import Unpack


class FakeConnectorData(ConnectorData):
    """The keys of host data that the fake connector reads."""

    fake_responses: dict[str | re.Pattern[str], Any]
    fake_delay: float
    fake_delay_jitter: float


class FakeConnector(BaseConnector):
    """Runs nothing: each command succeeds and prints nothing, unless the host's data says what to answer.

    For demos, pages of documentation, and tests of deploys.

    ```sh
    pyinfra @fake/web-1,@fake/web-2 exec -- uptime
    ```

    **Example:**

    ```python
    web = [
        "@fake/web-1",
        ("@fake/web-2", {"fake_responses": {"nginx -t": {"stderr": "unknown directive", "exit_code": 1}}}),
    ]
    ```

    Attributes:
        executed_commands: every command so far, as it may be shown (secrets are masked), in order.
        uploaded_files: the bytes of every upload so far, by the name on the host.
        downloaded_files: the names on the host of every download so far, in order.
    """

    handles_execution = True
    replaces_files: ClassVar[bool] = True
    places_files: ClassVar[bool] = True
    data_cls: ClassVar[type[Any]] = FakeConnectorData
    data_meta: ClassVar[dict[str, DataMeta]] = {
        "fake_responses": DataMeta("What to answer to which commands.", {}),
        "fake_delay": DataMeta("Seconds that each command or transfer takes.", None),
        "fake_delay_jitter": DataMeta("Seconds at most that are added to each delay at random.", None),
    }

    def __init__(self, state: State, host: Host) -> None:
        super().__init__(state, host)
        self._responses = Responses(self.data["fake_responses"])
        self._delay = _seconds("fake_delay", self.data["fake_delay"])
        self._jitter = _seconds("fake_delay_jitter", self.data["fake_delay_jitter"])
        self._disconnected = threading.Event()
        self.executed_commands: list[str] = []
        self.uploaded_files: dict[str, bytes] = {}
        self.downloaded_files: list[str] = []

    @staticmethod
    @override
    def make_names_data(name: str | None = None) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        yield f"@fake/{name}" if name else "@fake", {}, ["@fake"]

    @override
    def connect(self) -> None:
        self._disconnected.clear()

    @override
    def disconnect(self) -> None:
        self._disconnected.set()

    @override
    def run_shell_command(
        self,
        command: str | StringCommand,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Unpack[ConnectorArguments],
    ) -> tuple[bool, CommandOutput]:
        text = str(command)
        if print_input:
            echo(f"{self.host.print_prefix}>>> {text}")
        self._wait()
        self.executed_commands.append(text)
        response = self._responses.find(text)
        collector = OutputCollector(self.host.print_prefix, print_output)
        collector.feed("stdout", response.stdout.encode("utf-8", "surrogateescape"))
        collector.feed("stderr", response.stderr.encode("utf-8", "surrogateescape"))
        successes = arguments.get("_success_exit_codes") or [0]
        return response.exit_code in successes, collector.finish(response.exit_code)

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
        with get_file_io(filename_or_io) as source:
            content = source.read()
        if print_input:
            echo(f"{self.host.print_prefix}>>> {StringCommand('upload', QuoteString(remote_filename))}")
        self._wait()
        self.uploaded_files[remote_filename] = content.encode() if isinstance(content, str) else content
        return True

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
        if print_input:
            echo(f"{self.host.print_prefix}>>> {StringCommand('download', QuoteString(remote_filename))}")
        self._wait()
        self.downloaded_files.append(remote_filename)
        with get_file_io(filename_or_io, "wb") as target:
            target.write(self.uploaded_files.get(remote_filename, b""))
        return True

    def _wait(self) -> None:
        if seconds := self._delay + random.uniform(0, self._jitter):  # noqa: S311 - no secret hangs on it
            self._disconnected.wait(seconds)


def _seconds(key: str, value: float | None) -> float:
    """Read a delay from a host's data, or else from the environment: `PYINFRA_FAKE_DELAY` for `fake_delay`."""
    text = str(value) if value is not None else os.environ.get(f"PYINFRA_{key.upper()}") or "0"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise ConnectorDataTypeError(f"{key} must be a number of seconds, 0 or more, not {text!r}")
    return seconds
