"""What connectors share: output, local processes, and the wording of commands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import TextIOBase
from typing import IO, TYPE_CHECKING, Any, cast

from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS
from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.output import echo, printable

from ._delivery import Delivery, deliver, wrap_command
from ._download import download_to
from ._process import Finished, run_process
from ._upload import Placement, upload_command

if TYPE_CHECKING:
    from io import IOBase

    from typing_extensions import Unpack

    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from .base import BaseConnector

__all__ = [
    "OUTPUT_LIMIT",
    "CommandOutput",
    "Delivery",
    "OutputCollector",
    "OutputLine",
    "Placement",
    "deliver",
    "download_to",
    "extract_control_arguments",
    "make_unix_command",
    "make_unix_command_for_host",
    "put_file_by_stdin",
    "run_local_process",
    "stdin_bytes",
    "upload_command",
]

# More output than this from one command (bytes) is an error: it is no answer, and has to be held in memory.
OUTPUT_LIMIT = 64 * 1024 * 1024
# As many lines as take a like amount of memory, however short they are.
LINE_LIMIT = 2_000_000


@dataclass(slots=True)
class OutputLine:
    """One line of a command's output.

    Attributes:
        buffer_name: `stdout` or `stderr`.
        line: the text, without its newline; bytes that are not UTF-8 are kept by surrogateescape.
    """

    buffer_name: str
    line: str


@dataclass
class CommandOutput:
    """A command's output, in the order in which it came.

    Attributes:
        combined_lines: the lines of both streams.
        exit_code: what the command exited with, where the connector can tell.
    """

    combined_lines: list[OutputLine]
    exit_code: int | None = field(default=None, compare=False)

    def __iter__(self) -> Any:
        yield from self.combined_lines

    @property
    def output_lines(self) -> list[str]:
        """The lines of both streams."""
        return [line.line for line in self.combined_lines]

    @property
    def output(self) -> str:
        """Both streams as one text."""
        return "\n".join(self.output_lines)

    @property
    def stdout_lines(self) -> list[str]:
        """The lines of stdout."""
        return [line.line for line in self.combined_lines if line.buffer_name == "stdout"]

    @property
    def stdout(self) -> str:
        """Stdout as one text."""
        return "\n".join(self.stdout_lines)

    @property
    def stderr_lines(self) -> list[str]:
        """The lines of stderr."""
        return [line.line for line in self.combined_lines if line.buffer_name == "stderr"]

    @property
    def stderr(self) -> str:
        """Stderr as one text."""
        return "\n".join(self.stderr_lines)


class OutputCollector:
    """Makes lines of the pieces in which output comes.

    Args:
        print_prefix: what each echoed line starts with.
        print_output: whether to echo lines as they come.
        limit: bytes of both streams together after which `feed` raises.
    """

    def __init__(self, print_prefix: str = "", print_output: bool = False, limit: int = OUTPUT_LIMIT) -> None:
        self.lines: list[OutputLine] = []
        # In pieces: joining each new one to a long line would take a time that grows with its square.
        self._open: dict[str, list[bytes]] = {}
        self._prefix = print_prefix
        self._print = print_output
        self._left = limit
        self._limit = limit

    def feed(self, buffer_name: str, data: bytes) -> None:
        """Take a piece of output.

        Args:
            buffer_name: `stdout` or `stderr`.
            data: the bytes as they came.

        Raises:
            PyinfraError: the limit is reached.
        """
        self._left -= len(data)
        if self._left < 0 or len(self.lines) > LINE_LIMIT:
            raise PyinfraError(
                f"the command's output is over {self._limit >> 20} MiB or {LINE_LIMIT} lines; "
                "send it to a file on the host instead"
            )
        *whole, rest = data.split(b"\n")
        unfinished = self._open.setdefault(buffer_name, [])
        for line in whole:
            self._add(buffer_name, b"".join([*unfinished, line]))
            unfinished.clear()
        if rest:
            unfinished.append(rest)

    def finish(self, exit_code: int | None = None) -> CommandOutput:
        """Give all that came.

        Args:
            exit_code: the command's exit code, where it is known.

        Returns:
            The output, last lines without a newline too.
        """
        for buffer_name, unfinished in self._open.items():
            if unfinished:
                self._add(buffer_name, b"".join(unfinished))
        self._open.clear()
        return CommandOutput(self.lines, exit_code)

    def _add(self, buffer_name: str, line: bytes) -> None:
        text = line.decode("utf-8", "surrogateescape")
        self.lines.append(OutputLine(buffer_name, text))
        if self._print:
            echo(f"{self._prefix}{printable(text)}", err=buffer_name == "stderr")


def stdin_bytes(stdin: str | bytes | Iterable[str] | IO[Any] | IOBase | None) -> bytes | IO[bytes] | None:
    """Turn a `_stdin` argument into what is written to a process.

    Args:
        stdin: a text, bytes, lines (each gets its newline), or a file: a binary one is passed on as it is.

    Returns:
        Bytes, a binary file, or None for no input.
    """
    if stdin is None or isinstance(stdin, bytes):
        return stdin
    if isinstance(stdin, TextIOBase):
        return stdin.read().encode("utf-8", "surrogateescape")
    if hasattr(stdin, "read"):
        return cast("IO[bytes]", stdin)
    if isinstance(stdin, str):
        text = stdin if stdin.endswith("\n") or not stdin else stdin + "\n"
    else:
        text = "".join(f"{line}\n" for line in cast("Iterable[str]", stdin))
    return text.encode("utf-8", "surrogateescape")


def run_local_process(
    command: str,
    stdin: str | bytes | Iterable[str] | IO[Any] | None = None,
    timeout: float | None = None,
    print_output: bool = False,
    print_prefix: str = "",
) -> tuple[int, CommandOutput]:
    """Run a command on this machine, by `/bin/sh`.

    Args:
        command: the command line.
        stdin: see `stdin_bytes`.
        timeout: seconds after which it is killed.
        print_output: whether to echo output as it comes.
        print_prefix: what each echoed line starts with.

    Returns:
        The exit code (minus the signal's number where one killed it), and the output.

    Raises:
        TimeoutError: it was killed after `timeout`.
    """
    collector = OutputCollector(print_prefix, print_output)
    finished: Finished = run_process(command, stdin_bytes(stdin), timeout, collector.feed)
    return finished.exit_code, collector.finish(finished.exit_code)


def extract_control_arguments(arguments: ConnectorArguments) -> ConnectorArguments:
    """Take out the arguments that say how to run a command, leaving those that become part of its text.

    Args:
        arguments: connector arguments; `_success_exit_codes`, `_timeout`, `_get_pty`, `_stdin` and `_output_wait` are
            removed.

    Returns:
        The ones removed.
    """
    taken: dict[str, Any] = {}
    rest = cast("dict[str, Any]", arguments)
    for key in ("_success_exit_codes", "_timeout", "_get_pty", "_stdin", "_output_wait"):
        if key in rest:
            taken[key] = rest.pop(key)
    return cast("ConnectorArguments", taken)


def make_unix_command(command: StringCommand, **arguments: Any) -> StringCommand:
    """Word a command with its privileges, folder, environment and shell.

    Args:
        command: the command.
        **arguments: connector arguments (`_sudo`, `_su_user`, `_env`, `_chdir`, `_shell_executable`, …).

    Returns:
        The command line, such as `sudo -H -n sh -c 'cd /srv && make'`.
    """
    known = {
        key: value for key, value in arguments.items() if key in CONNECTOR_ARGUMENT_KEYS or "askpass" in key
    }
    return wrap_command(command, known)


def make_unix_command_for_host(
    state: State,  # noqa: ARG001 - the documented signature
    host: Host,
    command: StringCommand,
    **command_arguments: Unpack[ConnectorArguments],
) -> StringCommand:
    """Word a command for a host, for connectors that pass on command lines and no stdin.

    A password that sudo or su asks for is placed on the host in a file that only its user can read, and asked of it
    there, so that it is no part of the command line.

    Args:
        state: the run.
        host: the host.
        command: the command.
        **command_arguments: connector arguments.

    Returns:
        The command line.
    """
    from ._askpass import askpass_paths

    return make_unix_command(command, **command_arguments, **askpass_paths(host, command_arguments))


def put_file_by_stdin(
    connector: BaseConnector,
    filename_or_io: str | IO[Any] | IOBase,
    remote_filename: str,
    print_output: bool = False,
    print_input: bool = False,
    placement: Placement | None = None,
    streams: bool = False,
    **arguments: Unpack[ConnectorArguments],
) -> bool:
    """Upload a file by one command that reads it from stdin: the one upload routine of connectors that take stdin.

    The content goes to a private temporary file in the destination's folder, its length is checked, and a rename
    puts it in place: the destination has the old bytes or the new ones, never a mix. Owner, mode, ACL and SELinux
    label of a file that is there are kept; a symbolic link is followed.

    Args:
        connector: whose `run_shell_command` is used.
        filename_or_io: a local path, or an IO.
        remote_filename: the destination.
        print_output: whether to echo the command's output.
        print_input: whether to echo the command.
        placement: what the file must be before it is put in its place.
        streams: whether `run_shell_command` takes a binary file as `_stdin` and reads it piece by piece, so that a
            large file need not be in memory.
        **arguments: connector arguments.

    Returns:
        Whether it is in place.

    Raises:
        PyinfraError: the file can't be read, or the host said why it could not be written.
    """
    from ._content import upload_content

    own = cast("dict[str, Any]", dict(arguments))
    for key in ("_stdin", "_get_pty", "_success_exit_codes"):
        own.pop(key, None)
    with upload_content(filename_or_io, streams) as content:
        status, output = connector.run_shell_command(
            upload_command(remote_filename, len(content), placement),
            print_output=print_output,
            print_input=print_input,
            _stdin=cast("Any", content),
            **own,
        )
    if not status:
        why = output.stderr.strip() or output.stdout.strip() or "no reason given"
        raise PyinfraError(f"could not write {remote_filename}: {why}")
    return True


def quoted(value: object) -> QuoteString:
    """Quote a value for the shell; a path that starts with a dash is made relative to `./`."""
    text = str(value)
    return QuoteString(f"./{text}" if text.startswith("-") else text)


def clean_up(host: Host) -> None:
    """Remove what commands of a run have left on a host, before it is disconnected."""
    from ._askpass import remove_askpass

    remove_askpass(host)
