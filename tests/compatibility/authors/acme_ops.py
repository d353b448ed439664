"""A plugin's module of operations and facts, as published ones are."""

from __future__ import annotations

from typing import ClassVar

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from pyinfra.api.arguments import ConnectorArguments
from pyinfra.api.exceptions import FactProcessError, OperationValueError
from pyinfra.api.util import get_file_io, memoize
from pyinfra.connectors.base import BaseConnector, DataMeta
from pyinfra.connectors.util import (
    CommandOutput,
    OutputLine,
    extract_control_arguments,
    make_unix_command_for_host,
)
from pyinfra.facts.files import File
from pyinfra.operations import files
from pyinfra.progress import progress_spinner
from typing_extensions import TypedDict, Unpack

SAID = []


class Jails(FactBase[dict]):
    """Gives the jails by name, or None."""

    default = dict

    def requires_command(self, *args, **kwargs):
        return "echo"

    def command(self, prefix: str = ""):
        return StringCommand("echo", QuoteString(f"{prefix}web:up db:down"))

    def process(self, output):
        jails = {}
        for line in output:
            for word in line.split():
                if ":" not in word:
                    raise FactProcessError(f"no jail: {word}")
                name, _, state = word.partition(":")
                jails[name] = state
        return jails


@operation()
def jail(name_of_jail: str, running: bool = True):
    """Start or stop a jail."""
    if not name_of_jail:
        raise OperationValueError("a jail has a name")
    jails = host.get_fact(Jails)
    wanted = "up" if running else "down"
    if jails.get(name_of_jail) == wanted:
        host.noop(f"jail {name_of_jail} is {wanted}")
        return
    yield StringCommand("jail", wanted, QuoteString(name_of_jail))


@operation(is_idempotent=False, idempotent_notice="Always writes.")
def note(path: str, text: str):
    """Call operations in an operation."""
    if not host.get_fact(File, path=path):
        yield from files.file._inner(path=path)
    yield f"echo {text} >> {path}"


@memoize
def warn_once() -> None:
    SAID.append("beta")


class ShelfData(TypedDict):
    shelf_prefix: str


class ShelfConnector(BaseConnector):
    """Runs commands by a function, for tests."""

    handles_execution = True
    data_cls = ShelfData
    data_meta: ClassVar = {"shelf_prefix": DataMeta("what stands before each command", "shelf")}
    data: ShelfData

    def __init__(self, state, host):
        super().__init__(state, host)
        self.commands = []
        self.files = {}

    @staticmethod
    def make_names_data(name):
        yield f"@shelf/{name}", {"shelf_name": name}, ["@shelf"]

    def connect(self) -> None:
        with progress_spinner({"connect"}) as progress:
            progress("connect")

    def disconnect(self) -> None:
        pass

    def run_shell_command(
        self, command, print_output=False, print_input=False, **arguments: Unpack[ConnectorArguments]
    ):
        control = extract_control_arguments(arguments)
        unix = make_unix_command_for_host(self.state, self.host, command, **arguments)
        self.commands.append((self.data["shelf_prefix"], unix.get_raw_value(), control))
        return True, CommandOutput([OutputLine("stdout", "web:down")])

    def put_file(self, filename_or_io, remote_filename, remote_temp_filename=None, **arguments):
        with get_file_io(filename_or_io) as file:
            self.files[remote_filename] = file.read()
        return True

    def get_file(self, remote_filename, filename_or_io, remote_temp_filename=None, **arguments):
        with get_file_io(filename_or_io, "wb") as file:
            file.write(self.files[remote_filename])
        return True
