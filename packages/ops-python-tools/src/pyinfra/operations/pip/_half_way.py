"""Commands that leave nothing that the next run would take for done, where they fail half way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyinfra.api import Host, OperationError, QuoteString, StringCommand
from pyinfra.operations.util.undoing import UndoingCommand
from typing_extensions import override

if TYPE_CHECKING:
    from pyinfra.api import State
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.connectors.util import CommandOutput

# pip and uv list a package as soon as its METADATA is there, and write its INSTALLER behind its files and commands
# ("Recording installed projects" of the Python packaging user guide).
_FORGET = """\
import os, shutil, site, sys, sysconfig
paths = sysconfig.get_paths()
for folder in {paths["purelib"], paths["platlib"], site.getusersitepackages()}:
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if name.endswith(".dist-info") and os.path.getmtime(path) >= int(sys.argv[1]):
            if not os.path.exists(os.path.join(path, "INSTALLER")):
                shutil.rmtree(path, True)
"""
_NOT_REMOVED = re.compile(r"\s*(Can't uninstall '.*)")


def installing(command: StringCommand, python: Any) -> UndoingCommand:
    """Have a command that installs packages not leave one listed that it could install only in part.

    Args:
        command: the command.
        python: words of a shell that print the path of the environment's Python.

    Returns:
        The command.
    """
    forget = StringCommand('"$(', python, ')" -c', QuoteString(_FORGET), '"$__since"')
    return UndoingCommand(command, forget, "__since=$(date +%s)")


def making_environment(command: StringCommand, path: Any, file: Any) -> UndoingCommand:
    """Have a command that makes an environment not leave what would count as one, where it fails.

    Args:
        command: the command.
        path: the environment's folder, quoted; it is removed where it was not there before.
        file: the file by which a folder counts as an environment, quoted.

    Returns:
        The command.
    """
    undo = StringCommand("rm -f", file, '; [ -z "$__new" ] || rm -rf', path)
    return UndoingCommand(
        command, undo, StringCommand("__new=; [ -e", path, "] || [ -L", path, "] || __new=1")
    )


class UninstallCommand(StringCommand):
    """A `pip uninstall`, which fails where a package stays: pip says so, and succeeds.

    Args:
        command: the command.
    """

    def __init__(self, command: StringCommand) -> None:
        super().__init__(*command.bits, _separator=command.separator, **command.connector_arguments)

    @override
    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        done, output = super().execute(state, host, connector_arguments)
        kept = [found[1] for line in output.output_lines if (found := _NOT_REMOVED.match(line))]
        if done and kept:
            raise OperationError(
                f"{host.name}: {' '.join(kept)} It belongs to another environment, or to the system's package manager."
            )
        return done, output


class RemoveEnvironmentCommand(StringCommand):
    """The removal of an environment, of which `bin/activate`, by which it counts as one, goes behind all else.

    Args:
        path: its folder, quoted.
    """

    def __init__(self, path: Any) -> None:
        super().__init__("rm -rf", path)
        self._path = path

    @override
    def as_run(self) -> StringCommand:
        others = "find . ! -name . -prune ! -name {} -exec rm -rf {{}} +"
        inside = (
            f"{others.format('bin')} && {{ [ -L bin ] || {{ cd bin && {others.format('activate')}; }}; }}"
        )
        # What a link leads to is not the environment's.
        empty = StringCommand("( cd", self._path, "&&", inside, ")")
        return StringCommand("{ [ -L", self._path, "] ||", empty, "; } && rm -rf", self._path)
