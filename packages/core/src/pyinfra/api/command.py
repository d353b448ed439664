"""The commands that operations yield.

Commands are built from parts, so that every value from outside is quoted and every secret can be masked:

    StringCommand("chmod", mode, QuoteString(path))
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import IO, TYPE_CHECKING, Any, cast

from .hiddenvalue import MASK, HiddenValue, MaskString, mask

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pyinfra.connectors.util import CommandOutput, Placement

    from .arguments import ConnectorArguments
    from .host import Host
    from .state import State

__all__ = [
    "FileDownloadCommand",
    "FileUploadCommand",
    "FunctionCommand",
    "HiddenValue",
    "MaskString",
    "PyinfraCommand",
    "QuoteString",
    "RsyncCommand",
    "StringCommand",
    "make_formatted_string_command",
]


class QuoteString:
    """A part of a command that is quoted for the shell.

    Args:
        obj: the value; a whole `StringCommand` becomes one quoted word, numbers are written as they print.
    """

    def __init__(self, obj: str | StringCommand | HiddenValue | object) -> None:
        self.obj = obj

    def __repr__(self) -> str:
        return f"QuoteString({_text(self.obj, masked=True)})"


class PyinfraCommand:
    """What an operation yields: something to do on a host.

    Args:
        **arguments: connector arguments (`_sudo`, `_env`, …) for this command alone, over its operation's.
    """

    connector_arguments: ConnectorArguments

    def __init__(self, **arguments: Unpack[ConnectorArguments]) -> None:
        self.connector_arguments = arguments

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and repr(self) == repr(other)

    __hash__ = None  # type: ignore[assignment]

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Do it.

        Args:
            state: the run.
            host: the host to do it on.
            connector_arguments: how to run it; the command's own arguments stand above these.

        Returns:
            Whether it succeeded, and the output it gave.
        """
        raise NotImplementedError

    def _merged(self, arguments: ConnectorArguments) -> ConnectorArguments:
        return cast("ConnectorArguments", {**arguments, **self.connector_arguments})


class StringCommand(PyinfraCommand):
    """A shell command made of parts.

    Args:
        *bits: str, `QuoteString`, `HiddenValue`, `MaskString` or `StringCommand`; anything else as it prints.
        _separator: what stands between the parts.
        **arguments: connector arguments for this command alone.
    """

    def __init__(self, *bits: Any, _separator: str = " ", **arguments: Unpack[ConnectorArguments]) -> None:
        super().__init__(**arguments)
        self.bits = bits
        self.separator = _separator

    def __str__(self) -> str:
        return self.get_masked_value()

    def __repr__(self) -> str:
        return f"StringCommand({self.get_masked_value()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StringCommand) and self.get_raw_value() == other.get_raw_value()

    __hash__ = None

    def get_raw_value(self) -> str:
        """Give the command as the shell gets it, secrets and all."""
        return self.separator.join(_text(bit, masked=False) for bit in self.bits)

    def get_masked_value(self) -> str:
        """Give the command as it may be shown."""
        return mask(self.separator.join(_text(bit, masked=True) for bit in self.bits))

    def as_run(self) -> StringCommand:
        """Give the command as it is run: itself, unless a subclass has it undo what it did where it fails.

        Without any parts it is not run: what it says has been done.
        """
        return self

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be run of it."""
        command = self.as_run()
        return command is not self and not command.bits

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Run the command on the host; see `PyinfraCommand.execute`."""
        if self.is_done:
            from pyinfra.connectors.util import CommandOutput

            return True, CommandOutput([])
        return host.run_shell_command(
            self.as_run(),
            print_output=state.print_output,
            print_input=state.print_input,
            **self._merged(connector_arguments),
        )


def _text(bit: object, *, masked: bool) -> str:
    if isinstance(bit, QuoteString):
        return shlex.quote(_text(bit.obj, masked=masked))
    if isinstance(bit, StringCommand):
        return bit.separator.join(_text(inner, masked=masked) for inner in bit.bits)
    if isinstance(bit, HiddenValue):
        return bit.masked_value if masked else str(bit.raw_value)
    if not masked:
        return str(bit)
    # By value already here: quoted, a secret with a quote in it reads otherwise.
    return MASK if isinstance(bit, MaskString) else mask(str(bit))


def make_formatted_string_command(string: str, *args: Any, **kwargs: Any) -> StringCommand:
    """Format a string into a command, keeping secrets and quoted parts as such.

    Args:
        string: a `str.format` template whose fields are whole words, or parts of words, of a shell command.
        *args: values of `{0}`, `{1}`, …: str, `QuoteString`, `StringCommand`, `MaskString`.
        **kwargs: values of named fields.

    Returns:
        The command.
    """
    bits: list[Any] = []
    counter = 0
    formatter = Formatter()
    for literal, field, spec, conversion in formatter.parse(string):
        if literal:
            bits.append(literal)
        if field is None:
            continue
        if field == "":
            field, counter = str(counter), counter + 1  # noqa: PLW2901 - automatic numbering, as str.format does
        value, _ = formatter.get_field(field, args, kwargs)
        if conversion or spec:
            value = formatter.format_field(formatter.convert_field(value, conversion), spec or "")
        bits.append(value)
    return StringCommand(*bits, _separator="")


class FileUploadCommand(PyinfraCommand):
    """Upload a file.

    Args:
        src: a local path, or an IO to read the content from.
        dest: the path on the host.
        remote_temp_filename: where on the host a connector may place the file first.
        placement: what the file must be before it is put in its place: owner, mode, and a command that checks it.
        **kwargs: connector arguments for this command alone.
    """

    def __init__(
        self,
        src: str | IO[Any],
        dest: str,
        remote_temp_filename: str | None = None,
        *,
        placement: Placement | None = None,
        **kwargs: Unpack[ConnectorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.src = src
        self.dest = dest
        self.remote_temp_filename = remote_temp_filename
        self.placement = placement

    def __repr__(self) -> str:
        return f"FileUploadCommand({self.src}, {self.dest})"

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Upload the file; see `PyinfraCommand.execute`."""
        from pyinfra.connectors.util import CommandOutput

        wanted: dict[str, Any] = {"placement": self.placement} if self.placement else {}
        done = host.put_file(
            self.src,
            self.dest,
            remote_temp_filename=self.remote_temp_filename,
            print_output=state.print_output,
            print_input=state.print_input,
            **wanted,
            **self._merged(connector_arguments),
        )
        return done, CommandOutput([])


class FileDownloadCommand(PyinfraCommand):
    """Download a file.

    Args:
        src: the path on the host.
        dest: a local path, or an IO to write the content to.
        remote_temp_filename: where on the host a connector may place a readable copy first.
        **kwargs: connector arguments for this command alone.
    """

    def __init__(
        self,
        src: str,
        dest: str | IO[Any],
        remote_temp_filename: str | None = None,
        **kwargs: Unpack[ConnectorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.src = src
        self.dest = dest
        self.remote_temp_filename = remote_temp_filename

    def __repr__(self) -> str:
        return f"FileDownloadCommand({self.src}, {self.dest})"

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Download the file; see `PyinfraCommand.execute`."""
        from pyinfra.connectors.util import CommandOutput

        done = host.get_file(
            self.src,
            self.dest,
            remote_temp_filename=self.remote_temp_filename,
            print_output=state.print_output,
            print_input=state.print_input,
            **self._merged(connector_arguments),
        )
        return done, CommandOutput([])


class FunctionCommand(PyinfraCommand):
    """Call a Python function on this machine.

    Args:
        function: the function; one that yields or returns nothing, raises to fail.
        args: its positional arguments.
        func_kwargs: its keyword arguments.
        **kwargs: connector arguments for what the function runs.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        args: Iterable[Any],
        func_kwargs: Mapping[str, Any],
        **kwargs: Unpack[ConnectorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.function = function
        self.args = args
        self.kwargs = func_kwargs

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", str(self.function))
        return f"FunctionCommand({name}, {self.args}, {self.kwargs})"

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Call the function in a thread of its own; see `PyinfraCommand.execute`."""
        from pyinfra.connectors.util import CommandOutput

        state.engine.call_function(host, lambda: self.function(*self.args, **self.kwargs))
        return True, CommandOutput([])


class RsyncCommand(PyinfraCommand):
    """Copy a tree with rsync.

    Args:
        src: the local path.
        dest: the path on the host.
        flags: rsync's flags.
        **kwargs: connector arguments for this command alone.
    """

    def __init__(
        self, src: str, dest: str, flags: Iterable[str], **kwargs: Unpack[ConnectorArguments]
    ) -> None:
        super().__init__(**kwargs)
        self.src = src
        self.dest = dest
        self.flags = flags

    def __repr__(self) -> str:
        return f"RsyncCommand({self.src}, {self.dest}, {self.flags})"

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Run rsync on this machine; see `PyinfraCommand.execute`."""
        from pyinfra.connectors.util import CommandOutput

        done = host.rsync(
            self.src,
            self.dest,
            self.flags,
            print_output=state.print_output,
            print_input=state.print_input,
            **self._merged(connector_arguments),
        )
        return done, CommandOutput([])
