"""A run on this machine's own shell, with every connector call recorded."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from typing import Any

from pyinfra.api import FactBase, QuoteString, State, StringCommand, operation
from pyinfra.connectors.local import LocalConnector
from pyinfra.context import host


class Recorder(LocalConnector):
    """Runs on this machine and remembers each call, and how many were under way at once."""

    calls: list[tuple[str, str]]
    lock = threading.Lock()
    under_way = 0
    most_at_once = 0

    def run_shell_command(
        self, command: Any, print_output: bool = False, print_input: bool = False, **arguments: Any
    ):
        stdin = arguments.get("_stdin")
        text = command.get_raw_value()
        if isinstance(stdin, bytes) and text == "sh":
            text = stdin.decode()
        with Recorder.lock:
            Recorder.under_way += 1
            Recorder.most_at_once = max(Recorder.most_at_once, Recorder.under_way)
        self.calls.append((self.host.name, text))
        try:
            return super().run_shell_command(command, print_output, print_input, **arguments)
        finally:
            with Recorder.lock:
                Recorder.under_way -= 1


class Unbatched(Recorder):
    """As published connectors are: one call at a time, nothing known of batches or stdin."""

    handles_batches = False
    max_calls = 1

    def run_shell_command(
        self, command: Any, print_output: bool = False, print_input: bool = False, **arguments: Any
    ):
        arguments.pop("_stdin", None)
        return super().run_shell_command(command, print_output, print_input, **arguments)


class Exists(FactBase[bool]):
    def command(self, path: Any) -> StringCommand:
        return StringCommand("test -e", QuoteString(path), "&& echo yes || echo no")

    def process(self, output: list[str]) -> bool:
        return output == ["yes"]


class Content(FactBase[list[str]]):
    def command(self, path: Any) -> StringCommand:
        return StringCommand("cat", QuoteString(path), "2>/dev/null || true")

    def process(self, output: list[str]) -> list[str]:
        return output


@operation()
def touch(path: Any):
    if host.get_fact(Exists, path=path):
        host.noop(f"{path} is there")
        return
    yield StringCommand("touch", QuoteString(path))


class Run:
    """One run and what its connectors were asked."""

    def __init__(self, state: State, calls: list[tuple[str, str]]) -> None:
        self.state = state
        self.calls = calls
        self.engine = state.engine
        self.hosts = list(state.inventory)

    @property
    def host(self) -> Any:
        return self.hosts[0]

    def batches(self) -> list[str]:
        return [text for _, text in self.calls if "LC_ALL=C" in text]

    def on(self, function: Callable[[], Any]) -> dict[Any, Any]:
        """Run deploy code for all hosts."""
        return self.engine.add(list(self.state.inventory.iter_active_hosts()), function)


def shells() -> list[list[str]]:
    """The POSIX shells of this machine, as argument lists."""
    every = [["sh"], ["dash"], ["bash"], ["busybox", "sh"]]
    return [shell for shell in every if shutil.which(shell[0])]
