"""Commands of one operation that are run in one call, and what will be asked next with them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyinfra.api.command import FileUploadCommand, PyinfraCommand, StringCommand
from pyinfra.api.exceptions import OperationError, PyinfraError
from pyinfra.api.util import get_file_io
from pyinfra.connectors.util import CommandOutput, OutputLine, upload_command

from .batch import Answer, Question
from .facts import Request, make_request

if TYPE_CHECKING:
    from pyinfra.api.arguments import ConnectorArguments
    from pyinfra.api.host import Host
    from pyinfra.api.operation import Report

    from .engine import Engine


# A file of no more bytes goes into a script; a larger one is streamed.
SMALL = 32 * 1024
# What some shell might read otherwise, quoted as it is.
_ODD = re.compile(r"[^\t\n\r -~\u00a0-\U0010ffff]")
# The shells of the BSDs and Android have no printf of their own: everybody would see what a program is told to print.
_OWN_PRINTF = (
    'case $(command -v printf; command -v print) in /*print) printf() { print -rn -- "$2"; };; esac; '
)


class StoppedError(OperationError):
    """A command that had to be run before the operation could look at the host has failed."""


@dataclass(slots=True)
class Waiting:
    """A command that has been yielded and not been run.

    Attributes:
        command: the command.
        report: what reads its output.
        request: it, as it goes into a script.
        done: what was yielded behind it, and is done with it.
    """

    command: PyinfraCommand
    report: Report | None
    request: Request
    done: list[tuple[PyinfraCommand, Report | None]] = field(default_factory=list)


class Together:
    """The commands of one operation on one host that wait to be run in one call.

    They are run when all are known; before one that can't be run with them; and before the operation looks at the host.

    Args:
        engine: the run's engine.
        host: the host.
        arguments: the connector arguments that it is run with.
        go_on: whether commands that follow one that fails are run all the same.
        begin: called with each command that is about to be run, or may have been as the connection broke.
        take: called with the report of each command that was run, and how it went.
    """

    def __init__(
        self,
        engine: Engine,
        host: Host,
        arguments: ConnectorArguments,
        go_on: bool,
        begin: Callable[[PyinfraCommand], None],
        take: Callable[[Report | None, bool, CommandOutput], None],
    ) -> None:
        self._engine = engine
        self._host = host
        self._arguments = arguments
        self._go_on = go_on
        self._begin = begin
        self._take = take
        self._side = engine.side(host)
        self._waiting: list[Waiting] = []
        self._stopped = False
        self._error: Exception | None = None

    def add(self, command: PyinfraCommand, report: Report | None) -> bool:
        """Have a command wait for those that come behind it.

        Args:
            command: the command.
            report: what reads its output.

        Returns:
            Whether it may.
        """
        if self._waiting and isinstance(command, StringCommand) and _is_plain(command) and command.is_done:
            self._waiting[-1].done.append((command, report))
            return True
        state = self._engine.state
        # Who watches sees what comes as it comes.
        request = None if state.print_output or state.print_input else self._request(command)
        if request is None:
            return False
        if self._waiting and not _alike(self._waiting[0].request, request):
            self._look()
        self._waiting.append(Waiting(command, report, request))
        self._side.before_looking = self._look
        return True

    def _request(self, command: PyinfraCommand) -> Request | None:
        """Give a command as it goes into a script; None where it can't."""
        arguments: dict[str, Any] = {**self._arguments, **command.connector_arguments}
        shell = arguments.get("_shell_executable")
        if not shell or not _is_plain(command):
            return None
        before, success = "", tuple(arguments.get("_success_exit_codes") or (0,))
        # Each enters it, as one before may have put another in its place.
        enter = _enter(arguments.pop("_chdir", None))
        if isinstance(command, FileUploadCommand) and not self._go_on:
            data = self._small_text(command)
            if data is None:
                return None
            before, success = f"printf %s {shlex.quote(data)} | ", (0,)
            enter = _OWN_PRINTF + enter
            command = upload_command(command.dest, len(data.encode()), command.placement)
        if not isinstance(command, StringCommand):
            return None
        text = command.as_run().get_raw_value()
        request = make_request(Question(text, None, shell, success), arguments)
        if not self._side.facts.can_share(request):
            return None
        request.question.command = enter + before + text
        return request

    def _small_text(self, command: FileUploadCommand) -> str | None:
        """Give what is to be uploaded, if that is text which any shell takes as it is, and not much of it."""
        if not self._host.connector.uploads_by_command:
            return None
        try:
            with get_file_io(command.src) as source:
                content = source.read(SMALL + 1)
                data = content.encode() if isinstance(content, str) else content
                text = data.decode()
        except (OSError, ValueError):
            return None
        return text if len(data) <= SMALL and not _ODD.search(text) else None

    def _look(self) -> None:
        if not self.run():
            raise StoppedError("a command that it yielded has failed")

    def run(self, next_asked: Callable[[], list[Request]] = list) -> bool:
        """Run what waits.

        Args:
            next_asked: gives what the host will be asked when all is run.

        Returns:
            Whether the operation may go on.
        """
        waiting, self._waiting = self._waiting, []
        self._side.before_looking = None
        if self._error is not None:
            raise self._error
        if not waiting or self._stopped:
            return not self._stopped
        try:
            return self._run(waiting, next_asked)
        except Exception as error:
            # Where the operation was about to look at the host, it may take this for an error of what it asked.
            self._error = error
            raise

    def _run(self, waiting: list[Waiting], next_asked: Callable[[], list[Request]]) -> bool:
        ahead = [request for request in next_asked() if _alike(waiting[0].request, request)]
        if len(waiting) == 1 and not ahead:
            return self._one_by_one(waiting)
        try:
            answers = self._call([one.request for one in waiting], ahead)
        except Exception:
            for one in waiting:
                for command, _ in ((one.command, None), *one.done):
                    self._begin(command)
            raise
        if answers is None:
            # Not so much as the script's beginning was run.
            return self._one_by_one(waiting)
        return all(
            self._went(one, answer is not None and answer.succeeded, _output(answer), ended=answer is None)
            for one, answer in zip(waiting, answers, strict=False)
        )

    def _call(self, commands: list[Request], ahead: list[Request]) -> list[Answer | None] | None:
        facts = self._side.facts
        answers = self._engine.changing_call(
            self._host, lambda: facts.run_together(commands, ahead, self._go_on)
        )
        if answers is not None:
            facts.learn(ahead, answers[len(commands) :])
        return answers

    def _one_by_one(self, waiting: list[Waiting]) -> bool:
        state = self._engine.state
        for one in waiting:
            self._begin(one.command)
            succeeded, output = one.command.execute(state, self._host, self._arguments)
            self._take(one.report, succeeded, output)
            if not succeeded and not self._go_on:
                self._stopped = True
                return False
            self._take_done(one)
        return True

    def _take_done(self, one: Waiting) -> None:
        for command, report in one.done:
            self._begin(command)
            self._take(report, True, CommandOutput([]))

    def _went(self, one: Waiting, succeeded: bool, output: CommandOutput, ended: bool) -> bool:
        """Tell how a command of a script went; whether the script went on."""
        self._begin(one.command)
        if isinstance(one.command, FileUploadCommand):
            if not succeeded:
                why = output.stderr.strip() or output.stdout.strip() or "no reason given"
                raise PyinfraError(f"could not write {one.command.dest}: {why}")
            output = CommandOutput([])
        self._take(one.report, succeeded, output)
        self._stopped = not succeeded and (ended or not self._go_on)
        if not self._stopped:
            self._take_done(one)
        return not self._stopped


def _is_plain(command: PyinfraCommand) -> bool:
    """Tell whether a command is run by what stands in it, and not by its class's own way."""
    return type(command).execute in {StringCommand.execute, FileUploadCommand.execute}


def _enter(folder: str | None) -> str:
    if not folder:
        return ""
    return f"cd {shlex.quote(f'./{folder}' if folder.startswith('-') else folder)} && "


def _alike(first: Request, second: Request) -> bool:
    return first.shape == second.shape and first.question.shell == second.question.shell


def _output(answer: Answer | None) -> CommandOutput:
    if answer is None:
        return CommandOutput([OutputLine("stderr", "its shell was ended while it ran")])
    lines = [OutputLine("stdout", line) for line in answer.stdout]
    lines += [OutputLine("stderr", line) for line in answer.stderr]
    return CommandOutput(lines, answer.exit_code)
