"""Deploy code of any form, run on several hosts: each goes by its own source, and they meet where that agrees."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, reject, settings
from order_programs import Answering, Done, Program, Reading, TooMuchError, programs
from order_writing import written
from pyinfra.api.deploy import add_deploy_file
from pyinfra.api.operations import run_ops

property_of_runs = settings(
    max_examples=settings.default.max_examples if settings.default.max_examples > 100 else 30,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)


def read(program: Program) -> dict[str, list[Done]]:
    try:
        return {name: Reading(program, name).done for name in program.hosts}
    except TooMuchError:
        reject()


def ran(make_run, program: Program):
    """Run a program; gives the run and, for each step, its hosts and the commands that they ran."""
    run = make_run([(name, {"also": name}) for name in program.hosts], connector=Answering, **program.config)
    with TemporaryDirectory() as folder, written(program, Path(folder)) as files:
        for number, file in enumerate(files):
            add_deploy_file(run.state, str(file), number)
        run_ops(run.state)
    marks = [(name, text) for name, text in run.calls if text.startswith("mark ")]
    return run, marks


def own(marks: list[tuple[str, str]], name: str) -> list[str]:
    return [text for host, text in marks if host == name]


def in_cycles(sequences: Sequence[Sequence[object]]) -> set[object]:
    """Give what hosts don't agree upon: what comes both before and behind something, one way or another."""
    keys = list(dict.fromkeys(key for sequence in sequences for key in sequence))
    number = {key: place for place, key in enumerate(keys)}
    behind = [0] * len(keys)
    for sequence in sequences:
        for key, following in pairwise(sequence):
            behind[number[key]] |= 1 << number[following]
    for middle in range(len(keys)):
        for place in range(len(keys)):
            if behind[place] >> middle & 1:
                behind[place] |= behind[middle]
    return {key for key in keys if behind[number[key]] >> number[key] & 1}


def most_in_common(one: Sequence[object], other: Sequence[object]) -> int:
    lengths = [0] * (len(other) + 1)
    for key in one:
        before = 0
        for place, following in enumerate(other, 1):
            above = lengths[place]
            lengths[place] = before + 1 if key == following else max(above, lengths[place - 1])
            before = above
    return lengths[-1]


@property_of_runs
@given(program=programs())
def test_hosts_go_by_their_source_and_meet(make_run, program):
    expected = read(program)
    run, marks = ran(make_run, program)
    assert {name: own(marks, name) for name in program.hosts} == {
        name: [done.text for done in all_done] for name, all_done in expected.items()
    }
    left = {name: iter(all_done) for name, all_done in expected.items()}
    steps = [{host.name: next(left[host.name]) for host in step.hosts} for step in run.engine.steps()]
    assert all(len({done.key for done in step.values()}) == 1 for step in steps)
    # In lock-step: nothing of a step before all of the last.
    for step in steps:
        now, marks = marks[: len(step)], marks[len(step) :]
        assert sorted(now) == sorted((name, done.text) for name, done in step.items())
    sequences = [[done.key for done in all_done] for all_done in expected.values()]
    disagreed = in_cycles(sequences)
    keys = [next(iter(step.values())).key for step in steps]
    agreed = [key for key in keys if key not in disagreed]
    assert len(agreed) == len(set(agreed))
    if len(sequences) == 2:
        one, other = sequences
        assert len(keys) == len(one) + len(other) - most_in_common(one, other)


@property_of_runs
@given(program=programs(awaits=True))
def test_hosts_go_by_their_source_where_code_asks_how_it_went(make_run, program):
    expected = read(program)
    _, marks = ran(make_run, program)
    assert {name: own(marks, name) for name in program.hosts} == {
        name: [done.text for done in all_done] for name, all_done in expected.items()
    }
