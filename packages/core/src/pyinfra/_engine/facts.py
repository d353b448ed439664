"""Asking hosts for facts: the cache of one generation, and requests that wait to be sent together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS
from pyinfra.api.command import StringCommand
from pyinfra.api.exceptions import ConnectError, PyinfraError
from pyinfra.api.hiddenvalue import HiddenValue

from . import batch
from .scheduler import Event, Lane

if TYPE_CHECKING:
    from pyinfra.api.host import Host
    from pyinfra.api.state import State
    from pyinfra.connectors.util import CommandOutput

    from .batch import Answer, Question

# Seconds that output is waited for which something in the background holds open, when a fact's command has ended.
OUTPUT_WAIT = 5.0
# A request with one of these goes alone: they are about one command.
_ALONE = ("_timeout", "_get_pty", "_stdin")
# How a command is run. What says how an operation is, or is worded into the question, is no part of what a fact asks.
_ASKED = frozenset(CONNECTOR_ARGUMENT_KEYS) - {
    *("_retries", "_retry_delay", "_retry_until", "_success_exit_codes", "_shell_executable"),
}


@dataclass(slots=True)
class Request:
    """A question for a host, and how it is asked.

    Attributes:
        question: the question.
        arguments: the connector arguments that it is asked with.
        shape: what requests must have in common to share a batch.
        key: what tells it from every other request to the host.
        event: becomes known with the answer.
        generation: the generation of the run in which it was sent; 0 before.
        ahead: whether nobody waits for it yet.
    """

    question: Question
    arguments: dict[str, Any]
    shape: Any
    key: Any
    event: Event[Answer]
    generation: int = 0
    ahead: bool = False


def make_request(question: Question, arguments: Mapping[str, Any]) -> Request:
    """Make a request.

    Args:
        question: the question.
        arguments: global arguments; connector arguments are taken from them.

    Returns:
        The request, with the keys under which it is found again.
    """
    asked = {key: value for key, value in arguments.items() if value and key in _ASKED}
    shape = tuple(sorted((key, _frozen(value)) for key, value in asked.items()))
    key = (question.command, question.requires, question.shell, question.success, shape)
    return Request(question, asked, shape, key, Event())


def _frozen(value: Any) -> Any:
    if type(value) in (str, int, bool):
        return value
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(item)) for key, item in value.items()))
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, HiddenValue):
        return value.raw_value
    return value if isinstance(value, str | bytes | int | float | bool | None) else id(value)


class HostFacts:
    """One host's facts.

    Args:
        state: the run.
        host: the host.
        lane: the host's lane.
        generation: tells the run's generation.
        oldest_valid: tells from which generation on an answer may be used: an earlier one may no longer be true.
    """

    def __init__(
        self,
        state: State,
        host: Host,
        lane: Lane,
        generation: Callable[[], int],
        oldest_valid: Callable[[], int],
    ) -> None:
        self._state = state
        self._host = host
        self._lane = lane
        self._generation = generation
        self._oldest_valid = oldest_valid
        self._answers: dict[Any, tuple[int, Answer]] = {}
        self._asked: dict[Any, Request] = {}
        self._waiting: list[Request] = []
        self.batches = True
        lane.settle = self.send

    def cached(self, request: Request) -> Answer | None:
        """Give the answer, if there is one that is still true."""
        known = self._answers.get(request.key)
        return known[1] if known is not None and known[0] >= self._oldest_valid() else None

    def known(self) -> list[dict[str, Any]]:
        """Give what this generation knows: each command and what it printed."""
        oldest = self._oldest_valid()
        return [
            {"command": key[0], "stdout": answer.stdout, "stderr": answer.stderr}
            for key, (generation, answer) in self._answers.items()
            if generation >= oldest
        ]

    def forget(self, request: Request) -> None:
        """Have a question asked anew, whatever was answered before or is on its way."""
        self._answers.pop(request.key, None)
        self._asked.pop(request.key, None)

    def ask(self, request: Request) -> Event[Answer]:
        """Have a question asked when nothing on the host can run further.

        Args:
            request: the request.

        Returns:
            What becomes known with the answer; the same for requests that are alike.
        """
        asked = self._on_its_way(request)
        if asked is not None:
            asked.ahead = False
            return asked.event
        self._queue(request)
        return request.event

    def ask_ahead(self, requests: Iterable[Request]) -> None:
        """Have questions asked with the next that are, for which nobody waits yet.

        Args:
            requests: the requests; those that are answered or on their way are passed over.
        """
        for request in requests:
            if self.can_share(request) and self.cached(request) is None and self._on_its_way(request) is None:
                self._queue(
                    Request(
                        request.question, request.arguments, request.shape, request.key, Event(), ahead=True
                    )
                )

    def _on_its_way(self, request: Request) -> Request | None:
        asked = self._asked.get(request.key)
        return asked if asked is not None and asked.generation in (0, self._generation()) else None

    def _queue(self, request: Request) -> None:
        self._asked[request.key] = request
        self._waiting.append(request)
        self._lane.scheduler.queue_turn(self._lane)

    def ask_directly(self, request: Request) -> Answer:
        """Ask a question in this thread, now."""
        return self._run_alone(request)

    def send(self) -> None:
        """Send what waits: requests that are asked alike as one batch, others beside it."""
        waiting, self._waiting = self._waiting, []
        groups: dict[tuple[Any, str], list[Request]] = {}
        for request in waiting:
            request.generation = self._generation()
            if self.can_share(request):
                groups.setdefault((request.shape, request.question.shell), []).append(request)
            else:
                self._start_alone(request)
        for requests in groups.values():
            self._start_batch(requests)

    def can_share(self, request: Request) -> bool:
        """Tell whether a request may go to the host with others."""
        return (
            self.batches
            and self._state.config.BATCH
            and self._host.connector.handles_batches
            and not any(key in request.arguments for key in _ALONE)
            and batch.can_share(request.question)
        )

    def _start_alone(self, request: Request, unlike_batch: bool = False) -> None:
        event = self._lane.scheduler.start(self._lane, lambda: self._run_alone(request))

        def take() -> None:
            # With the same privileges, so it is the way batches reach the host that does not work there.
            if unlike_batch and event.value is not None and event.value.succeeded:
                self.batches = False
            self._answered(request, event.value, event.error)

        event.callbacks.append(take)

    def _start_batch(self, requests: list[Request]) -> None:
        token = batch.new_token()
        event = self._lane.scheduler.start(self._lane, lambda: self._run_batch(requests, token))

        def take() -> None:
            never_began = event.error is None and event.value is None
            answers = event.value if event.value is not None else [None] * len(requests)
            for request, answer in zip(requests, answers, strict=True):
                if answer is None and not request.ahead and not isinstance(event.error, ConnectError):
                    self._start_alone(request, unlike_batch=never_began)
                else:
                    self._answered(request, answer, event.error)

        event.callbacks.append(take)

    def _answered(self, request: Request, answer: Answer | None, error: BaseException | None) -> None:
        if self._asked.get(request.key) is request:
            del self._asked[request.key]
        if answer is not None and (answer.succeeded or answer.missing):
            self._answers[request.key] = (request.generation, answer)
        request.event.set(answer, error)

    def _run_batch(self, requests: list[Request], token: str) -> list[Answer | None] | None:
        questions = [request.question for request in requests]
        return batch.read(questions, token, *self._run_script(requests[0], batch.script(questions, token)))

    def run_together(
        self, commands: list[Request], ahead: list[Request], go_on: bool
    ) -> list[Answer | None] | None:
        """Run commands, and ask questions when all have succeeded, in one call.

        Args:
            commands: the commands.
            ahead: the questions; all are to be asked as the commands are run.
            go_on: whether a command is run, and a question is asked, behind one that failed too.

        Returns:
            An answer for each, None for what was not run to its end; None where nothing was run at all.

        Raises:
            PyinfraError: they were run, and their answers can't be read.
        """
        token = batch.new_token()
        changes = [request.question for request in commands]
        questions = [request.question for request in ahead]
        text = batch.script(questions, token, changes, go_on)
        output = self._run_script(commands[0], text)
        answers = batch.read([*changes, *questions], token, *output)
        if answers is None and any(token in stream for stream in output):
            self.batches = False
            raise PyinfraError(
                "its commands were run, but what they printed on stdout and stderr came back on one stream, so how "
                "they went is not known; where a login shell's profile or a wrapper redirects output, use --no-batch"
            )
        return answers

    def learn(self, requests: list[Request], answers: list[Answer | None]) -> None:
        """Take answers to questions that were asked when all that is known to have changed had changed."""
        for request, answer in zip(requests, answers, strict=True):
            if answer is not None and (answer.succeeded or answer.missing):
                self._answers[request.key] = (self._generation(), answer)

    def _run_script(self, first: Request, text: str) -> tuple[str, str]:
        output = self._run(
            StringCommand(first.question.shell),
            print_output=False,
            _stdin=text.encode("utf-8", "surrogateescape"),
            **first.arguments,
        )[1]
        return _text(output, "stdout"), _text(output, "stderr")

    def _run_alone(self, request: Request) -> Answer:
        question, marker = request.question, batch.MISSING_COMMAND_MARKER
        if self._host.connector.handles_batches:
            marker = batch.new_token()
            text = batch.with_locale(question, batch.alone(question, marker))
        else:
            text = batch.alone(question)
        succeeded, output = self._run(
            StringCommand(text),
            print_output=self._state.print_fact_output,
            _shell_executable=question.shell,
            _success_exit_codes=list(question.success),
            **request.arguments,
        )
        errors = output.stderr_lines
        if "_su_password" in request.arguments and errors:
            # su asks for it even where it is no terminal that answers, in front of what the command says.
            said = errors[0].removeprefix("Password:").removeprefix(" ")
            errors = [said, *errors[1:]] if said else errors[1:]
        return batch.answer_alone(question, succeeded, output.stdout_lines, errors, marker)

    def _run(
        self, command: StringCommand, print_output: bool, **arguments: Any
    ) -> tuple[bool, CommandOutput]:
        if self._host.connector.handles_batches:
            arguments["_output_wait"] = OUTPUT_WAIT
        try:
            return self._host.connector.run_shell_command(
                command,
                print_output=print_output,
                print_input=self._state.print_fact_input,
                **arguments,
            )
        except TimeoutError as error:
            raise PyinfraError(f"timed out after {arguments.get('_timeout')} seconds") from error


def _text(output: CommandOutput, buffer_name: str) -> str:
    lines = [line.line for line in output.combined_lines if line.buffer_name == buffer_name]
    return "\n".join(lines) + "\n" if lines else ""
