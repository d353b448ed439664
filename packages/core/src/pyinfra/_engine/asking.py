"""What `host.get_fact` does: from a fact's class and arguments to its value."""

from __future__ import annotations

import contextvars
import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyinfra.api.arguments import all_argument_meta, pop_global_arguments
from pyinfra.api.command import StringCommand
from pyinfra.api.exceptions import (
    FactError,
    FactNotCollected,
    FactPreconditionError,
    FactProcessError,
    FactTypeError,
    MissingCommandError,
    PyinfraError,
)
from pyinfra.api.facts import FactBase, ShortFactBase, call_with_fact_arguments
from pyinfra.api.output import printable
from pyinfra.api.util import get_kwargs_str
from pyinfra.context import ctx_host, ctx_state

from .batch import Answer, Question
from .callsite import call_site, is_importing
from .facts import Request, make_request

if TYPE_CHECKING:
    from pyinfra.api.host import Host

    from .engine import Engine

logger = logging.getLogger("pyinfra")

# sudo and su say so where the user to become does not exist (yet): a fact then has its default.
_UNKNOWN_USER = re.compile(
    r"^(sudo: unknown user|su: user .+ does not exist|su: unknown login|su: unknown user|doas: unknown user)"
)
# Asking the same on the same line so many seconds later is polling.
_POLLING = 1.0
# Counts the facts asked in a task, so that an error before the first is known to be about arguments.
facts_asked: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar(
    "pyinfra_facts_asked", default=None
)


class Asking:
    """Facts of one run.

    Args:
        engine: the run's engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = engine.state
        self._polls: dict[Any, float] = {}

    def get_fact(
        self,
        host: Host,
        cls: type[Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        fail_host: bool = True,
    ) -> Any:
        """Ask a host for a fact; see `pyinfra.api.facts.get_fact`."""
        scheduler = self._engine.scheduler
        if scheduler.must_hand_over():
            return scheduler.hand_over(
                self._engine.side(host).lane, lambda: self.get_fact(host, cls, args, kwargs, fail_host)
            )
        if isinstance(cls, type) and issubclass(cls, ShortFactBase):
            return cls().process_data(self.get_fact(host, cls.fact, args, kwargs, fail_host))
        if not (isinstance(cls, type) and issubclass(cls, FactBase)):
            raise FactTypeError(f"get_fact needs a fact's class or name, not {cls!r}")
        counter = facts_asked.get()
        if counter is not None:
            counter[0] += 1
        self._engine.preparation.raise_parked(host)
        if ctx_state.get() is self._state and ctx_host.get() is host:
            return _Fact(self._engine, host, cls, args, dict(kwargs)).value()
        # A fact's command may ask for other facts, which must be this host's, whoever asks from wherever.
        with ctx_state.use(self._state), ctx_host.use(host):
            return _Fact(self._engine, host, cls, args, dict(kwargs)).value()

    def answer(
        self,
        host: Host,
        request: Request,
        fact: type[FactBase[Any]],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Answer:
        """Give a host's answer, from the cache of this generation where that may be used.

        Args:
            host: the host.
            request: what it is asked.
            fact: the fact's class.
            args: the fact's positional arguments.
            kwargs: the fact's keyword arguments.

        Returns:
            The answer.
        """
        engine = self._engine
        facts = engine.side(host).facts
        if not host.connected:
            host.connect(reason="to ask for facts", raise_exceptions=True)
        if engine.scheduler.must_call_directly():
            return facts.ask_directly(request)
        if self._state.is_executing:
            engine.side(host).look()
            engine.side(host).passed.add(request.key)
        else:
            engine.ahead.note(host, request, fact, args, kwargs)
        if host.in_callback_op or self._is_poll(host, request):
            facts.forget(request)
        elif (cached := facts.cached(request)) is not None:
            return cached
        known = {"host": host, "fact": fact, "arguments": kwargs}
        engine.events.emit("fact_start", **known)
        event = facts.ask(request)
        engine.ahead.ask(host)
        try:
            answer = engine.scheduler.wait(event, in_place=is_importing())
        except Exception as error:
            engine.events.emit("fact_end", **known, error=error)
            raise
        engine.events.emit("fact_end", **known, error=None)
        return answer

    def _is_poll(self, host: Host, request: Request) -> bool:
        """Tell whether a line of deploy code asks what it asked a while ago: it waits for something to happen."""
        if host.in_op or self._state.is_executing:
            return False
        key = (host, call_site().frames, request.key)
        now = time.monotonic()
        if now - self._polls.setdefault(key, now) < _POLLING:
            return False
        self._polls[key] = now
        return True


def request_for(
    engine: Engine, host: Host, cls: type[FactBase[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Request:
    """Give what `get_fact` would ask a host.

    Args:
        engine: the run's engine.
        host: the host.
        cls: the fact.
        args: the fact's positional arguments.
        kwargs: its keyword arguments, and global arguments.

    Returns:
        The request.
    """
    return _Fact(engine, host, cls, args, dict(kwargs)).request()


class _Fact:
    """One call of `get_fact`."""

    def __init__(
        self,
        engine: Engine,
        host: Host,
        cls: type[FactBase[Any]],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self._engine = engine
        self._state = engine.state
        self._host = host
        self._fact = cls()
        self._args = args
        self._arguments = _take_arguments(engine, host, kwargs)
        self._kwargs = kwargs

    def __str__(self) -> str:
        shown = ", ".join(
            filter(None, [", ".join(str(arg) for arg in self._args), get_kwargs_str(self._kwargs)])
        )
        return f"{self._fact.name} ({shown})" if shown else self._fact.name

    def value(self) -> Any:
        try:
            reason = self._fact.check_preconditions(self._state, self._host)
            if reason:
                raise FactPreconditionError(type(self._fact), reason)
            request = self.request()
            answer = self._engine.asking.answer(
                self._host, request, type(self._fact), self._args, self._kwargs
            )
            if answer.missing:
                raise MissingCommandError(str(request.question.requires))
        except FactNotCollected as error:
            return self._not_collected(error)
        return self._processed(answer)

    def request(self) -> Request:
        return make_request(self._question(), self._arguments)

    def _question(self) -> Question:
        try:
            command = call_with_fact_arguments(self._fact.command, self._args, self._kwargs)
            requires = call_with_fact_arguments(self._fact.requires_command, self._args, self._kwargs)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
                innermost = error.__traceback__.tb_next.tb_next
                if innermost is not None:
                    raise
            raise FactTypeError(f"{self._fact.name}: {error}") from error
        text = command.get_raw_value() if isinstance(command, StringCommand) else str(command)
        shell = self._arguments.get("_shell_executable") or "sh"
        return Question(
            text,
            requires,
            self._fact.shell_executable or shell,
            tuple(self._arguments.get("_success_exit_codes") or (0,)),
            self._fact.side_effect_free,
        )

    def _not_collected(self, error: FactNotCollected) -> Any:
        if self._state.is_executing:
            missing = isinstance(error, MissingCommandError)
            if not missing or self._state.config.FACT_MISSING_COMMAND == "raise":
                raise error
            logger.warning("%s%s: %s; its default is used", self._host.print_prefix, self, error)
        return self._fact.default()

    def _processed(self, answer: Answer) -> Any:
        if not answer.succeeded:
            if answer.stderr and _UNKNOWN_USER.match(answer.stderr[0]) and _becomes_user(self._arguments):
                return self._fact.default()
            return self._failed(answer)
        if not answer.stdout:
            return self._fact.default()
        try:
            return self._fact.process(list(answer.stdout))
        except FactNotCollected as error:
            return self._not_collected(error)
        except PyinfraError:
            raise
        except Exception as error:
            head = "\n".join(answer.stdout[:5])
            raise FactProcessError(
                f"{self} on {self._host.name}: could not make sense of its output "
                f"({type(error).__name__}: {error}); it begins:\n{head}"
            ) from error

    def _failed(self, answer: Answer) -> Any:
        lines = [line.strip() for line in answer.stderr or answer.stdout if line.strip()]
        said = "; ".join(lines[:3])
        said = printable(said)
        message = f"could not load fact {self}: {said or 'its command failed without a word'}"
        if self._arguments.get("_ignore_errors"):
            logger.warning("%s%s (ignored)", self._host.print_prefix, message)
            return self._fact.default()
        raise FactError(message)


def _take_arguments(engine: Engine, host: Host, kwargs: dict[str, Any]) -> Mapping[str, Any]:
    """Take the global arguments out of a fact's; inside an operation, they stand above the operation's own."""
    own = {key: kwargs.pop(key) for key in list(kwargs) if key in all_argument_meta and key != "name"}
    inherited = host.current_op_global_arguments
    if inherited is not None and host.in_op and not own:
        return inherited
    arguments, _ = pop_global_arguments(engine.state, host, dict(own))
    if inherited is not None and host.in_op:
        given = {key: arguments[key] for key in own}  # type: ignore[literal-required]
        return {**inherited, **given}
    return arguments


def _becomes_user(arguments: Mapping[str, Any]) -> bool:
    return bool(arguments.get("_sudo_user") or arguments.get("_su_user") or arguments.get("_doas_user"))
