"""Asking ahead: what a host will probably be asked next goes with what it is asked now.

Look-ahead: when something has changed and an operation asks anew, so do those behind it, as far as they are expected to
change nothing. Hints: what the last run of a deploy asked is asked at once, before deploy code comes to it. Both only
guess what to ask; the answers are as fresh as any.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pyinfra.api.arguments import pop_global_arguments
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.hiddenvalue import holds_secret

if TYPE_CHECKING:
    from pyinfra.api.host import Host

    from .engine import Engine
    from .facts import Request
    from .side import HostSide

logger = logging.getLogger("pyinfra")

Hint = Mapping[str, Any]


class Ahead:
    """What is asked ahead in one run.

    Args:
        engine: the run's engine.

    Attributes:
        remembers: whether `hints` will be asked for.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._given: dict[Host, Sequence[Hint]] = {}
        self.remembers = False

    def give(self, host: Host, hints: Sequence[Hint]) -> None:
        """Take what a host was asked in an earlier run, as `hints` gave it.

        Args:
            host: the host.
            hints: the hints; one that no longer means anything is passed over.
        """
        self._given[host] = hints

    def hints(self, host: Host) -> list[dict[str, Any]]:
        """Give what deploy code and operations have asked a host in this run, to be given to the next.

        Args:
            host: the host.

        Returns:
            For each request its `fact`, `args`, `kwargs` and connector `arguments`, as JSON holds them; none that
            changes something, can't be found again by name, or holds a secret.
        """
        defaults, _ = pop_global_arguments(self._engine.state, host, {})
        asked = self._engine.side(host).remembered.values()
        return [hint for hint in (_hint(defaults, *one) for one in asked) if hint is not None]

    def note(self, host: Host, request: Request, fact: type[Any], args: Any, kwargs: dict[str, Any]) -> None:
        """Note what is asked in prepare.

        Args:
            host: the host.
            request: the request.
            fact: the fact's class.
            args: the fact's positional arguments.
            kwargs: the fact's keyword arguments.
        """
        if not fact.side_effect_free:
            return
        side = self._engine.side(host)
        op_hash = host.current_op_hash
        if op_hash is not None:
            side.asked.setdefault(op_hash, []).append(request)
        if self.remembers:
            side.remembered.setdefault(request.key, (request, fact, args, kwargs))

    def ask(self, host: Host) -> None:
        """Have what will be asked next go with what is about to be asked."""
        if not self._engine.state.config.BATCH:
            return
        side = self._engine.side(host)
        hints = self._given.pop(host, None)
        if hints:
            # Not as the operation that happens to be the first to ask.
            context = self._engine.context(host, contextvars.Context())
            self._engine.scheduler.spawn(side.lane, lambda: self._ask_hints(host, hints), context)
        if self._engine.state.is_executing and not host.in_callback_op and host.current_op_hash is not None:
            side.facts.ask_ahead(self._next(host, side, host.current_op_hash))

    def behind(self, host: Host, op_hash: str) -> list[Request]:
        """Give what will probably be asked of a host when an operation that is being run has changed it."""
        side = self._engine.side(host)
        asked = {request.key: request for request in self._next(host, side, op_hash, 1)}
        return [request for request in asked.values() if side.facts.can_share(request)]

    def _next(self, host: Host, side: HostSide, op_hash: str, skip: int = 0) -> Iterator[Request]:
        """Give what operations asked in prepare, from one on up to the next that is expected to change something."""
        operations = self._engine.state.ops[host]
        for following in islice(side.sequence, side.position(op_hash) + skip, None):
            if operations[following].outcome is not None:
                continue
            asked = side.asked.get(following, ())
            if following == op_hash:
                asked = [request for request in asked if request.key not in side.passed]
            yield from asked
            if operations[following].operation_meta._maybe_is_change is not False:
                return

    def _ask_hints(self, host: Host, hints: Sequence[Hint]) -> None:
        from .asking import request_for

        facts = self._engine.side(host).facts
        for hint in hints:
            try:
                facts.ask_ahead([request_for(self._engine, host, *_meant(hint))])
            except Exception as error:
                logger.debug("%sa hint is not asked: %s", host.print_prefix, error)


def _hint(
    defaults: Mapping[str, Any],
    request: Request,
    fact: type[Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> dict[str, Any] | None:
    """Write a request as JSON holds it; None where that can't be, or would write down a secret."""
    from pyinfra.plugins import find_fact

    question = request.question
    arguments = {
        key: value
        for key, value in {
            **request.arguments,
            "_shell_executable": question.shell,
            "_success_exit_codes": list(question.success),
        }.items()
        if value != defaults.get(key)
    }
    hint = {"fact": fact.name, "args": list(args), "kwargs": kwargs, "arguments": arguments}
    try:
        return hint if _is_plain(hint) and find_fact(fact.name) is fact else None
    except PyinfraError:
        return None


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    # No subclasses: a secret may be one of str.
    return (
        value is None or type(value) in (bool, int, float) or (type(value) is str and not holds_secret(value))
    )


def _meant(hint: Hint) -> tuple[type[Any], tuple[Any, ...], dict[str, Any]]:
    from pyinfra.plugins import find_fact

    fact = find_fact(str(hint["fact"]))
    if not getattr(fact, "side_effect_free", False):
        raise PyinfraError(f"{hint['fact']} is not asked ahead")
    return fact, tuple(hint["args"]), {**hint["kwargs"], **hint["arguments"]}
