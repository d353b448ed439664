"""Deploy code that asks for results: it waits, and goes on with the true answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_kit import touch
from pyinfra.api import operation
from pyinfra.api.exceptions import RunFailedError
from pyinfra.api.operations import run_ops
from pyinfra.context import host


@operation(is_idempotent=False)
def shell(command: str):
    yield command


def test_the_answer_is_the_true_one(make_run, folder: Path):
    run, seen = make_run(), []

    def code():
        first = touch(folder / "one")
        seen.append((first.did_change(), first.did_succeed(), (folder / "one").exists()))
        again = touch(folder / "one")
        seen.append((again.did_change(), again.did_not_change(), again.did_error()))
        seen.append(shell("echo told").stdout)

    run.on(code)
    assert seen == [(True, True, True), (False, True, False), "told"]
    run_ops(run.state)
    assert [data.outcome.value for data in run.state.ops[run.host].values()] == [
        "changed",
        "unchanged",
        "changed",
    ]


def test_what_comes_after_is_not_run_yet(make_run, folder: Path):
    run = make_run()

    def code():
        touch(folder / "before")
        touch(folder / "asked").did_change()
        touch(folder / "after")

    run.on(code)
    assert sorted(path.name for path in folder.iterdir()) == ["asked", "before"]
    run_ops(run.state)
    assert (folder / "after").exists()


@pytest.mark.parametrize("at_once", [0, 1, 2])
def test_hosts_stay_in_step(make_run, folder: Path, at_once):
    run, order = make_run(["h1", "h2", "h3"], PARALLEL=at_once), []
    run.engine.events.listen(
        "operation_host_end",
        lambda state, host, op_hash, **_: order.append((state.op_meta[op_hash].args[0], host.name)),
    )

    def code():
        shell("echo 1")
        result = shell("echo 2")
        if host.name != "h3":
            assert result.did_change()
        shell("echo 3")

    run.on(code)
    run_ops(run.state)
    assert [command for command, _ in order] == ["echo 1"] * 3 + ["echo 2"] * 3 + ["echo 3"] * 3
    assert all(
        len({name for command, name in order if command == wanted}) == 3 for wanted in ("echo 1", "echo 3")
    )


def test_facts_asked_after_are_fresh(make_run, folder: Path):
    from engine_kit import Exists

    run, seen = make_run(), []

    def code():
        seen.append(host.get_fact(Exists, folder / "x"))
        touch(folder / "x").did_change()
        seen.append(host.get_fact(Exists, folder / "x"))

    run.on(code)
    assert seen == [False, True]


def test_a_host_that_fails_on_the_way_ends_there_and_the_others_go_on(make_run, folder: Path):
    run, reached = make_run(["h1", "h2"]), []

    def code():
        shell("false" if host.name == "h1" else "true")
        shell("true").did_change()
        reached.append(host.name)

    run.on(code)
    assert reached == ["h2"]
    assert [one.name for one in run.state.failed_hosts] == ["h1"]


def test_all_hosts_failing_ends_the_run(make_run):
    run = make_run()
    with pytest.raises(RunFailedError, match="no hosts remaining"):
        run.on(lambda: shell("false").did_error())


def test_a_dry_run_answers_with_what_is_expected(make_run, folder: Path):
    run, asked, seen = make_run(), [], []
    run.state.decide_awaited = lambda awaited: bool(asked.extend(awaited))

    def code():
        seen.append(touch(folder / "x").did_change())
        (folder / "there").touch()
        seen.append(touch(folder / "there").did_change())

    run.on(code)
    assert seen == [True, False]
    assert [one.host for one in asked] == [run.host] * 2
    assert not (folder / "x").exists()


def test_refusing_ends_the_run(make_run, folder: Path):
    run = make_run()

    def refuse(awaited):
        raise RunFailedError("not now")

    run.state.decide_awaited = refuse
    with pytest.raises(RunFailedError, match="not now"):
        run.on(lambda: touch(folder / "x").did_change())
