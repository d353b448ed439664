"""How many hosts are in prepare at one time."""

from __future__ import annotations

import gc
import threading
from typing import Any, ClassVar

import pytest
from engine_kit import Recorder
from pyinfra._engine import engine, scheduler
from pyinfra.api import FactBase, operation
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.connectors.util import CommandOutput
from pyinfra.context import host

AT_FIRST = engine.PREPARED_AT_FIRST
NAMES = [f"h{number}" for number in range(AT_FIRST + 25)]


class Level(FactBase[list[str]]):
    def command(self, tank: int) -> str:
        return f"level {tank}"

    def process(self, output: list[str]) -> list[str]:
        return output


class Begun:
    """Counts the hosts whose evaluations have begun and are not through.

    Attributes:
        count: the operation that is counted.
    """

    count: Any

    def __init__(self) -> None:
        self.now: set[str] = set()
        self.most = 0

    def enter(self, name: str) -> None:
        self.now.add(name)
        self.most = max(self.most, len(self.now))


@pytest.fixture
def begun() -> Begun:
    made = Begun()

    @operation()
    def count():
        made.enter(host.name)
        host.get_fact(Level, tank=1)
        made.now.discard(host.name)
        return
        yield

    made.count = count
    return made


class AtOnce(Recorder):
    """Answers at once."""

    handles_batches: ClassVar[bool] = False

    def run_shell_command(self, *_: Any, **__: Any) -> tuple[bool, CommandOutput]:
        return True, CommandOutput([])


class WhenAllAsk(AtOnce):
    """Answers when all hosts have been asked."""

    everybody: ClassVar[threading.Barrier]

    def run_shell_command(self, *_: Any, **__: Any) -> tuple[bool, CommandOutput]:
        self.everybody.wait(60)
        return True, CommandOutput([])


def test_answers_that_are_there_come_before_more_hosts(make_run, begun, monkeypatch):
    monkeypatch.setattr(scheduler, "_PATIENCE", 60)
    run = make_run(NAMES, AtOnce)
    add_op(run.state, begun.count)
    assert begun.most == AT_FIRST
    assert [len(operations) for operations in run.state.ops.values()] == [1] * len(NAMES)


def test_all_hosts_are_asked_while_no_answer_is_there(make_run, begun):
    WhenAllAsk.everybody = threading.Barrier(len(NAMES))
    run = make_run(NAMES, WhenAllAsk)
    add_op(run.state, begun.count)
    assert begun.most == len(NAMES)


def test_no_more_hosts_begin_than_are_to_at_once(make_run, begun, monkeypatch):
    monkeypatch.setattr(scheduler, "_PATIENCE", 0)
    run = make_run(NAMES, AtOnce, PARALLEL=AT_FIRST + 3)
    add_op(run.state, begun.count)
    assert AT_FIRST <= begun.most <= AT_FIRST + 3


@pytest.mark.parametrize("hosts", [1, AT_FIRST, AT_FIRST + 1, len(NAMES)])
def test_nothing_is_kept_back_behind_the_last_host(make_run, begun, hosts):
    run = make_run(NAMES[:hosts], AtOnce)
    results = add_op(run.state, begun.count)
    assert len(results) == hosts
    assert run.engine.scheduler.kept_back == []


def test_deploy_code_that_waits_lets_the_others_begin(make_run, begun):
    run = make_run(NAMES, AtOnce)
    changed = run.on(lambda: begun.count().did_change())
    assert list(changed.values()) == [False] * len(NAMES)


def tasks() -> int:
    return sum(isinstance(one, scheduler.Task) for one in gc.get_objects())


def test_tasks_that_are_through_go_without_a_search_for_garbage(make_run, begun):
    run = make_run(NAMES[:3], AtOnce)
    gc.collect()
    before = tasks()
    gc.disable()
    try:
        results = add_op(run.state, begun.count)
        assert tasks() == before
        assert not any(result.will_change for result in results.values())
        run_ops(run.state)
        assert tasks() == before
    finally:
        gc.enable()
