"""Asking ahead: what goes along with what is asked, and what never does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine_kit import touch
from pyinfra.api import FactBase, HiddenValue, MaskString, QuoteString, StringCommand, operation
from pyinfra.api.exceptions import RunFailedError
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.context import host


class Line(FactBase[str]):
    side_effect_free = True

    def command(self, path: Any) -> StringCommand:
        return StringCommand("cat", QuoteString(path), "2>/dev/null || true")


class Mode(Line):
    def command(self, path: Any) -> StringCommand:
        return StringCommand("stat -c %a", QuoteString(path), "2>/dev/null || true")


class Effect(Line):
    side_effect_free = False


@operation()
def line(path: Any, text: str, fact: type[FactBase[str]] = Line):
    if host.get_fact(fact, path=path) == text:
        host.noop("it is there")
        return
    if host.get_fact(Mode, path=path) == "444":
        yield StringCommand("chmod u+w", QuoteString(path))
    yield StringCommand("echo", QuoteString(text), ">", QuoteString(path))


def add_lines(run, files: list[Path], **arguments: Any) -> None:
    for file in files:
        add_op(run.state, line, file, "new", **arguments)


@pytest.fixture
def files(folder: Path) -> list[Path]:
    made = [folder / f"file{number}" for number in range(6)]
    for file in made:
        file.write_text("new\n")
    return made


@pytest.fixture
def known_facts(monkeypatch: pytest.MonkeyPatch):
    """Have the facts of this file be found by name, as those of plugins are."""
    import pyinfra.plugins

    known = {cls.name: cls for cls in (Line, Mode, Effect)}
    monkeypatch.setattr(pyinfra.plugins, "find_fact", lambda name: known[name])


def batches_of(run) -> list[int]:
    """How many facts each batch of the run has asked for."""
    return [text.count("\n_pyinfra_end ") + text.count("\nprintf '\\n%s %s\\n'") for text in run.batches()]


class TestLookAhead:
    def test_carries_what_follows(self, make_run, files):
        run = make_run()
        add_op(run.state, touch, files[0].with_name("other"))
        add_lines(run, files)
        run.calls.clear()
        run_ops(run.state)
        assert batches_of(run) == [6]

    def test_ends_with_the_next_change(self, make_run, files):
        files[2].write_text("old\n")
        run = make_run()
        add_op(run.state, touch, files[0].with_name("other"))
        add_lines(run, files)
        run.calls.clear()
        run_ops(run.state)
        # Up to the one that changes, with both its facts; then the rest.
        assert batches_of(run) == [4, 3]
        assert [file.read_text() for file in files] == ["new\n"] * 6

    def test_asks_all_that_a_changing_operation_asked(self, make_run, files):
        for file in files:
            file.write_text("old\n")
        run = make_run()
        add_lines(run, files)
        run.calls.clear()
        run_ops(run.state)
        # The first is answered since prepare.
        assert batches_of(run) == [2] * 5

    def test_asks_no_more_what_an_operation_is_through_with(self, make_run, files):
        @operation()
        def line_and_mode(path: Any):
            if host.get_fact(Line, path=path) != "new":
                yield StringCommand("echo new >", QuoteString(path))
            if host.get_fact(Mode, path=path) != "600":
                yield StringCommand("chmod 600", QuoteString(path))

        files[0].write_text("old\n")
        run = make_run()
        # In prepare it is not known what comes after the first change; of the second there is all.
        add_op(run.state, touch, files[0].with_name("other"))
        add_op(run.state, line_and_mode, files[1])
        files[1].write_text("old\n")
        run.calls.clear()
        run_ops(run.state)
        assert batches_of(run) == [2, 1]

    def test_is_no_answer_when_it_fails(self, make_run, files):
        class Needed(FactBase[str]):
            side_effect_free = True

            def command(self, path: Any) -> StringCommand:
                return StringCommand("cat", QuoteString(path))

        run = make_run()
        add_op(run.state, touch, files[0].with_name("other"))
        add_op(run.state, line, files[0], "new")
        add_op(run.state, line, files[1], "new", fact=Needed)
        files[1].unlink()
        run.calls.clear()
        with pytest.raises(RunFailedError):
            run_ops(run.state)
        assert batches_of(run) == [2, 1]
        assert "could not load fact" in [data.error for data in run.state.ops[run.host].values()][2]

    def test_leaves_out_what_may_change_the_host(self, make_run, files):
        run = make_run()
        add_op(run.state, touch, files[0].with_name("other"))
        add_lines(run, files, fact=Effect)
        run.calls.clear()
        run_ops(run.state)
        assert batches_of(run) == [1] * 6

    def test_is_off_without_batches(self, make_run, files):
        run = make_run(BATCH=False)
        add_op(run.state, touch, files[0].with_name("other"))
        add_lines(run, files)
        run.calls.clear()
        run_ops(run.state)
        assert batches_of(run) == [0] * 6

    def test_is_asked_with_the_same_privileges(self, make_run, files):
        run = make_run()
        add_op(run.state, touch, files[0].with_name("other"))
        add_lines(run, files[:3])
        add_lines(run, files[3:], _env={"NAME": "value"})
        run.calls.clear()
        run_ops(run.state)
        assert sorted(batches_of(run)) == [3, 3]


@pytest.mark.usefixtures("known_facts")
class TestHints:
    @staticmethod
    def deploy(files: list[Path], **arguments: Any) -> None:
        for file in files:
            assert not line(file, "new", **arguments).changed

    def hints_of(self, make_run, files: list[Path], **arguments: Any) -> list[dict[str, Any]]:
        run = make_run()
        run.engine.ahead.remembers = True
        run.on(lambda: self.deploy([str(file) for file in files], **arguments))
        return run.engine.ahead.hints(run.host)

    def test_ask_at_once_what_the_last_run_asked(self, make_run, files):
        hints = self.hints_of(make_run, files)
        assert [hint["kwargs"] for hint in hints] == [{"path": str(file)} for file in files]

        run = make_run()
        run.engine.ahead.give(run.host, hints)
        run.on(lambda: self.deploy(files))
        assert batches_of(run) == [6]

    def test_keep_privileges(self, make_run, files):
        hints = self.hints_of(make_run, files, _env={"NAME": "value"})
        run = make_run()
        run.engine.ahead.give(run.host, hints)
        run.on(lambda: self.deploy(files, _env={"NAME": "value"}))
        assert batches_of(run) == [6]

    def test_are_only_a_guess(self, make_run, files):
        hints = self.hints_of(make_run, files)
        files[3].write_text("old\n")
        run = make_run()
        run.engine.ahead.give(run.host, hints)
        metas = run.on(lambda: [line(file, "new").changed for file in files])
        assert metas[run.host] == [False, False, False, True, False, False]

    @pytest.mark.parametrize("secret", [MaskString("abc"), HiddenValue("abc"), "a long password"])
    def test_hold_no_secret(self, make_run, files, secret):
        MaskString("a long password")
        assert self.hints_of(make_run, files[:1], _env={"NAME": secret}) == []

    def test_leave_passwords_to_the_inventory(self, make_run, files):
        run = make_run()
        run.engine.ahead.remembers = True
        run.host.data._env = {"TOKEN": MaskString("xyz")}
        run.on(lambda: self.deploy([str(files[0])]))
        (hint,) = run.engine.ahead.hints(run.host)
        assert hint["arguments"] == {}

    def test_leave_out_what_may_change_the_host(self, make_run, files):
        assert self.hints_of(make_run, files, fact=Effect) == []

    @pytest.mark.parametrize(
        "hint",
        [
            {},
            {"fact": "nowhere.Line", "args": [], "kwargs": {}, "arguments": {}},
            {"fact": Effect.name, "args": [], "kwargs": {"path": "/"}, "arguments": {}},
            {"fact": Line.name, "args": [1, 2, 3], "kwargs": {}, "arguments": {}},
            {"fact": Line.name, "args": [], "kwargs": {"path": "/"}, "arguments": {"_nothing": 1}},
            {"fact": Line.name, "args": None, "kwargs": None, "arguments": 1},
        ],
    )
    def test_that_mean_nothing_are_passed_over(self, make_run, files, hint):
        run = make_run()
        run.engine.ahead.give(run.host, [hint, *self.hints_of(make_run, files)])
        run.on(lambda: self.deploy(files))
        assert batches_of(run) == [6]

    def test_that_fail_are_asked_again_when_needed(self, make_run, files):
        hints = self.hints_of(make_run, files)
        for hint in hints:
            hint["arguments"] = {"_success_exit_codes": [7]}
        run = make_run()
        run.engine.ahead.give(run.host, hints)
        run.on(lambda: self.deploy(files))
        assert sum(batches_of(run)) == 12
