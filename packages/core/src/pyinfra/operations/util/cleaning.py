"""Commands after which nothing temporary is left on the host, and nothing of what failed half way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING

from typing_extensions import override

from pyinfra.api import FileUploadCommand, OperationError, StringCommand

if TYPE_CHECKING:
    from pyinfra.api import Host, State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.api.command import PyinfraCommand
    from pyinfra.connectors.util import CommandOutput

__all__ = ["CleaningCommand", "CleaningUpload", "undone"]


class CleaningCommand(StringCommand):
    """A command behind which another one cleans up.

    Args:
        command: the command, which is run in its own way and with its own connector arguments.
        clean_up: what cleans up.
        only_on_failure: whether what is there is needed further on, where the command succeeds.
    """

    def __init__(
        self, command: StringCommand, clean_up: StringCommand, only_on_failure: bool = False
    ) -> None:
        super().__init__(command, **command.connector_arguments)
        self._command = command
        self._clean_up = clean_up
        self._only_on_failure = only_on_failure

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        return _cleaned_up(
            lambda: self._command.execute(state, host, connector_arguments),
            lambda: host.run_shell_command(self._clean_up, **self._merged(connector_arguments)),
            self._only_on_failure,
        )


class CleaningUpload(FileUploadCommand):
    """An upload behind which, where it fails, a command cleans up.

    Args:
        upload: the upload.
        clean_up: what cleans up.
    """

    def __init__(self, upload: FileUploadCommand, clean_up: StringCommand) -> None:
        super().__init__(
            upload.src,
            upload.dest,
            upload.remote_temp_filename,
            placement=upload.placement,
            **upload.connector_arguments,
        )
        self._clean_up = clean_up

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        upload = super().execute
        return _cleaned_up(
            lambda: upload(state, host, connector_arguments),
            lambda: host.run_shell_command(self._clean_up, **self._merged(connector_arguments)),
            only_on_failure=True,
        )


def _cleaned_up(
    run: Callable[[], tuple[bool, CommandOutput]], clean_up: Callable[[], object], only_on_failure: bool
) -> tuple[bool, CommandOutput]:
    done = False
    try:
        done, output = run()
    finally:
        if not (done and only_on_failure):
            clean_up()
    return done, output


def undone(
    commands: Iterable[PyinfraCommand], undo: Sequence[StringCommand]
) -> Generator[PyinfraCommand, None, None]:
    """Have what an operation did before undone where one of its further commands fails, or none can be had.

    Args:
        commands: the further commands; those that are neither shell commands nor uploads stay as they are.
        undo: what undoes it, one after another, whatever becomes of each; where there is none, the commands are given
            as they are.

    Yields:
        The commands.

    Raises:
        OperationError: having the commands raised it; what undoes it is yielded before.
    """
    if not undo:
        yield from commands
        return
    first, *others = undo
    clean_up = StringCommand(first, *(StringCommand(";", command) for command in others))
    try:
        for command in commands:
            if isinstance(command, StringCommand):
                yield CleaningCommand(command, clean_up, only_on_failure=True)
            elif isinstance(command, FileUploadCommand):
                yield CleaningUpload(command, clean_up)
            else:
                yield command
    except OperationError:
        yield clean_up
        raise
