"""Commands of uv."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra.api import Host, StringCommand
from pyinfra.connectors.util import CommandOutput, OutputLine
from pyinfra.operations.pip._changes import UV_CHANGE, UV_PYTHON
from pyinfra.operations.pip._half_way import installing, making_environment
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments


class UvCommand(StringCommand):
    """A command of uv. What it says it has changed counts as its output: uv itself says all it says on stderr."""

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        done, output = super().execute(state, host, connector_arguments)
        return done, CommandOutput([_sorted_out(line) for line in output], output.exit_code)


def _sorted_out(line: OutputLine) -> OutputLine:
    is_change = UV_CHANGE.fullmatch(line.line) or UV_PYTHON.fullmatch(line.line)
    return OutputLine("stdout", line.line) if is_change else line


class UvInstallCommand(UvCommand):
    """A `uv pip install`, behind which no package is listed that it could install only in part."""

    @override
    def as_run(self) -> StringCommand:
        return installing(StringCommand(*self.bits, _separator=self.separator), "uv python find").as_run()


class UpdateShellCommand(StringCommand):
    """A `uv tool update-shell`, which fails where there is nothing left to do."""

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        done, output = super().execute(state, host, connector_arguments)
        nothing_left = any("already up-to-date" in line for line in output.stderr_lines)
        return done or nothing_left, output


class MakeEnvironmentCommand(StringCommand):
    """A `uv venv`, which is not run where there is an environment: older uvs would replace it, others fail.

    Args:
        file: a file that an environment has, as a word of a command.
        path: its folder, likewise.
        bits: the command.
    """

    def __init__(self, file: object, path: object, *bits: object) -> None:
        super().__init__(*bits)
        self._file, self._path = file, path

    @override
    def as_run(self) -> StringCommand:
        make = making_environment(StringCommand(*self.bits), self._path, self._file)
        return StringCommand("test -e", self._file, "||", make.as_run())
