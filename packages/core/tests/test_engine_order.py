"""One order for all hosts."""

from __future__ import annotations

from engine_kit import touch
from hypothesis import given
from hypothesis import strategies as st
from pyinfra._engine.order import Step, merge
from pyinfra.api import operation
from pyinfra.context import host

sequences = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=5)


def own(steps: list[Step[int]], number: int) -> list[str]:
    return [step.op_hash for step in steps if number in step.hosts]


@given(sequences)
def test_each_host_keeps_its_own_order(lists):
    steps = merge(list(enumerate(lists)))
    assert [own(steps, number) for number in range(len(lists))] == lists


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.sets(st.integers(0, 7)), max_size=6))
def test_hosts_whose_sequences_agree_share_every_step(program, skipped):
    """Each host leaves out some of one program: nothing is in the way of meeting at all the rest."""
    lists = [[op for number, op in enumerate(program) if number not in skip] for skip in skipped]
    steps = merge([(0, program), *enumerate(lists, 1)])
    assert [step.op_hash for step in steps] == program


@given(st.permutations("abcd"), st.lists(st.sets(st.integers(0, 3), min_size=1), max_size=6))
def test_also_where_none_of_them_has_all(program, taken):
    lists = [[op for number, op in enumerate(program) if number in take] for take in taken]
    steps = merge(list(enumerate(lists)))
    assert [own(steps, number) for number in range(len(lists))] == lists
    assert sorted(step.op_hash for step in steps) == sorted(set().union(*lists))


def test_what_a_third_host_says_of_two_that_have_nothing_in_common():
    steps = merge([("web", ["a"]), ("db", ["b"]), ("both", ["a", "b"])])
    assert [(step.op_hash, step.hosts) for step in steps] == [("a", ["web", "both"]), ("b", ["db", "both"])]


def test_what_disagrees_splits_nothing_else():
    steps = merge([("h1", list("axyz")), ("h2", list("byxz")), ("h3", list("ba")), ("h4", list("bz"))])
    assert "".join(step.op_hash for step in steps) in ("baxyxz", "bayxyz")


def test_as_many_operations_as_there_may_be_are_cut_into_parts():
    program = [str(number) for number in range(5000)]
    steps = merge(
        [(0, program[:2500]), (1, program[2500:]), (2, [*program[2501:], program[2500], *program[:2500]])]
    )
    assert len(steps) == 5001


def test_what_disagrees_is_split():
    steps = merge([("h1", ["a", "b"]), ("h2", ["b", "a"])])
    assert [own(steps, name) for name in ("h1", "h2")] == [["a", "b"], ["b", "a"]]
    assert len(steps) == 3


def test_many_hosts_with_one_program_are_one_group():
    program = [str(number) for number in range(50)]
    steps = merge([(number, program) for number in range(1000)])
    assert [step.op_hash for step in steps] == program
    assert all(len(step.hosts) == 1000 for step in steps)


@operation(is_idempotent=False)
def first():
    yield "true"


@operation(is_idempotent=False)
def second():
    yield "true"


def names(run) -> list[str]:
    return [run.state.op_meta[op_hash].op_name.rpartition(".")[2] for op_hash in run.state.get_op_order()]


class TestDeployCode:
    def test_loops_keep_their_turns(self, make_run):
        run = make_run(["h1", "h2"])

        def code():
            for _ in range(2 if host.name == "h1" else 3):
                first()
                second()

        run.on(code)
        assert names(run) == ["first", "second"] * 3

    def test_branches_by_host_meet_again(self, make_run):
        run = make_run(["h1", "h2"])

        def code():
            first()
            if host.name == "h1":
                second()
            first()

        run.on(code)
        assert names(run) == ["first", "second", "first"]
        assert [len(step.hosts) for step in run.engine.steps()] == [2, 1, 2]

    def test_two_calls_on_one_line_are_two_operations(self, make_run):
        run = make_run()
        run.on(lambda: (first(), second(), first()))
        assert names(run) == ["first", "second", "first"]

    def test_one_operation_may_have_other_arguments_on_each_host(self, make_run, folder):
        run = make_run(["h1", "h2"])
        run.on(lambda: touch(folder / host.name, name=f"Touch on {host.name}"))
        [op_hash] = run.state.get_op_order()
        assert run.state.op_meta[op_hash].names == {"Touch on h1", "Touch on h2"}

    def test_host_loop_gives_positions(self, make_run):
        run, seen = make_run(), []
        run.on(lambda: seen.extend((item, host.loop_position) for item in host.loop("ab")))
        assert seen == [("a", (0,)), ("b", (1,))]

    def test_a_host_loop_that_is_left_gives_none_any_more(self, make_run):
        run, seen = make_run(["h1", "h2"]), []

        def code():
            for _ in host.loop("ab"):
                first()
                if host.name == "h1":
                    break
            seen.append(host.loop_position)
            second()

        run.on(code)
        assert seen == [(), ()]
        assert [len(step.hosts) for step in run.engine.steps()] == [2, 1, 2]
