"""Deploy programs made at random: what is in them, and what each host does by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine_kit import Exists, Recorder
from hypothesis import strategies as st
from pyinfra.api import StringCommand, operation
from pyinfra.connectors.util import CommandOutput, OutputLine
from pyinfra.context import host

NAMES = ("h1", "h2", "h3", "h4")
# Where a function may stand: in the deploy file, or in a module that is installed.
PLUGIN_MODULES = ("order_plugin", "pyinfra.operations.order_plugin", "pyinfra_client")
# A host does no more than this by one file, or the program is not worth running.
MOST = 60


@operation(is_idempotent=False)
def mark(number: int, *turns: int):
    yield StringCommand("mark", number, *turns)


@operation(is_idempotent=False)
def mark_asking(number: int, *turns: int):
    host.get_fact(Exists, path=f"/{number}")
    host.get_fact(Exists, path=f"/{number}/{turns}")
    yield StringCommand("mark", number, *turns)


class Answering(Recorder):
    """Runs nothing; a path exists on the hosts that it names."""

    handles_batches = False
    max_calls = 1

    def run_shell_command(self, command: Any, *_: Any, **__: Any) -> tuple[bool, CommandOutput]:
        text = command.get_raw_value()
        self.calls.append((self.host.name, text))
        return True, CommandOutput([OutputLine("stdout", "yes" if f"{self.host.name}," in text else "no")])


@dataclass(eq=False)
class Mark:
    """An operation.

    Attributes:
        asks: whether it asks for facts before it changes something.
        awaited: whether deploy code asks how it went.
        spread: for each host, how often it is called by a comprehension; None where it is called once.
        positions: whether that goes by `host.loop`.
    """

    asks: bool
    awaited: bool
    spread: tuple[int, ...] | None
    positions: bool
    number: int = 0


@dataclass(eq=False)
class Loop:
    """A loop, with a number of turns for each host."""

    turns: tuple[int, ...]
    positions: bool
    body: list[Node]
    number: int = 0


@dataclass(eq=False)
class Branch:
    """What some hosts do, and what the others do; they are told by name, by data, or by a fact."""

    hosts: frozenset[str]
    told: str
    body: list[Node]
    others: list[Node]
    number: int = 0


@dataclass(eq=False)
class Leave:
    """A `break`, `continue` or `return` of some hosts, where there is something to leave."""

    hosts: frozenset[str]
    how: str
    number: int = 0


@dataclass(eq=False)
class Block:
    """What stands in a `try` or `with`."""

    how: str
    body: list[Node]
    number: int = 0


@dataclass(eq=False)
class Call:
    """A call of one of the functions that are in reach."""

    choice: int
    target: Function | None = None
    number: int = 0


@dataclass(eq=False)
class Include:
    """An included file, one of those behind this one."""

    choice: int
    target: int | None = None
    number: int = 0


Node: TypeAlias = Mark | Loop | Branch | Leave | Block | Call | Include


@dataclass(eq=False)
class Function:
    """A function, or a deploy."""

    is_deploy: bool
    in_plugin: bool
    body: list[Node]
    number: int = 0


@dataclass(frozen=True)
class Scope:
    """What code may call, include and leave where it stands."""

    reach: list[Function]
    files: range
    leaves: frozenset[str]


@dataclass
class Program:
    """A run's deploy code.

    Attributes:
        hosts: the names of the hosts.
        files: the body of each file; a file includes those behind it.
        given: which files the run is given, one after the other.
        functions: the functions; each calls those behind it.
        module: the name of the installed module.
        config: settings of the run.
    """

    hosts: tuple[str, ...]
    files: list[list[Node]]
    given: list[int]
    functions: list[Function]
    module: str
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = iter(range(1, 1_000_000))
        for place, body in enumerate(self.files):
            reach = [function for function in self.functions if place == 0 or function.in_plugin]
            self._link(body, numbers, Scope(reach, self._behind(place), frozenset()))
        for place, function in enumerate(self.functions):
            function.number = next(numbers)
            reach = [one for one in self.functions[place + 1 :] if one.in_plugin or not function.in_plugin]
            files = range(0) if function.in_plugin else self._behind(0)
            self._link(function.body, numbers, Scope(reach, files, frozenset({"return"})))

    def _behind(self, place: int) -> range:
        return range(place + 1, len(self.files))

    def _link(self, body: list[Node], numbers: Iterator[int], scope: Scope) -> None:
        for node in body:
            node.number = next(numbers)
            if isinstance(node, Call):
                node.target = scope.reach[node.choice % len(scope.reach)] if scope.reach else None
            elif isinstance(node, Include):
                node.target = scope.files[node.choice % len(scope.files)] if scope.files else None
            elif isinstance(node, Leave):
                node.how = node.how if node.how in scope.leaves else ""
            elif isinstance(node, Loop):
                inner = Scope(scope.reach, scope.files, scope.leaves | {"break", "continue"})
                self._link(node.body, numbers, inner)
            elif isinstance(node, Block | Branch):
                self._link(node.body, numbers, scope)
                if isinstance(node, Branch):
                    self._link(node.others, numbers, scope)


@dataclass(frozen=True)
class Done:
    """An operation of one host.

    Attributes:
        key: what it has in common with the same operation on other hosts: the file that the run was given, the calls
            down to this one, the positions in `host.loop`, and how often it was called there before.
        text: its command.
    """

    key: Any
    text: str


class TooMuchError(Exception):
    """A host does more by a program than is worth running."""


class Reading:
    """What one host does by a program, found by going through it."""

    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name
        self.place = NAMES.index(name)
        self.done: list[Done] = []
        self._before: Counter[Any] = Counter()
        for number, given in enumerate(program.given):
            self._body(program.files[given], (number,), (), ())

    def _body(
        self, body: list[Node], path: tuple[int, ...], turns: tuple[int, ...], positions: tuple[int, ...]
    ) -> str:
        """Do what a body says; gives how it was left: `break`, `continue`, `return`, or nothing."""
        for node in body:
            if left := self._node(node, path, turns, positions):
                return left
        return ""

    def _node(
        self, node: Node, path: tuple[int, ...], turns: tuple[int, ...], positions: tuple[int, ...]
    ) -> str:
        if isinstance(node, Mark):
            self._mark(node, path, turns, positions)
        elif isinstance(node, Loop):
            return self._loop(node, path, turns, positions)
        elif isinstance(node, Branch):
            return self._body(node.body if self.name in node.hosts else node.others, path, turns, positions)
        elif isinstance(node, Block):
            return self._body(node.body, path, turns, positions)
        elif isinstance(node, Leave):
            return node.how if self.name in node.hosts else ""
        elif isinstance(node, Call) and node.target is not None:
            self._body(node.target.body, (*path, node.number), (), positions)
        elif isinstance(node, Include) and node.target is not None:
            self._body(self.program.files[node.target], (*path, node.number), (), positions)
        return ""

    def _loop(
        self, node: Loop, path: tuple[int, ...], turns: tuple[int, ...], positions: tuple[int, ...]
    ) -> str:
        for turn in range(node.turns[self.place]):
            own = (*positions, turn) if node.positions else positions
            left = self._body(node.body, path, (*turns, turn), own)
            if left == "return":
                return left
            if left == "break":
                break
        return ""

    def _mark(
        self, node: Mark, path: tuple[int, ...], turns: tuple[int, ...], positions: tuple[int, ...]
    ) -> None:
        times = [()] if node.spread is None else [(turn,) for turn in range(node.spread[self.place])]
        for turn in times:
            own = (*positions, *turn) if node.positions else positions
            site = (*path, node.number, own)
            self.done.append(
                Done((site, self._before[site]), " ".join(map(str, ("mark", node.number, *turns, *turn))))
            )
            self._before[site] += 1
            if len(self.done) > MOST:
                raise TooMuchError


_some_hosts = st.sets(st.sampled_from(NAMES)).map(frozenset)
_counts = st.one_of(
    st.integers(0, 2).map(lambda turns: (turns,) * len(NAMES)),
    st.tuples(*[st.integers(0, 3)] * len(NAMES)),
)


def _nodes(awaits: bool) -> st.SearchStrategy[list[Node]]:
    marks = st.builds(
        Mark,
        asks=st.booleans(),
        awaited=st.booleans() if awaits else st.just(False),
        spread=st.none() | st.none() | _counts,
        positions=st.booleans(),
    )
    leaves = st.one_of(
        marks,
        marks,
        marks,
        st.builds(Call, st.integers(0, 5)),
        st.builds(Include, st.integers(0, 2)),
        st.builds(Leave, _some_hosts, st.sampled_from(["break", "continue", "return"])),
    )

    def deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        body = st.lists(inner, min_size=1, max_size=4)
        return st.one_of(
            st.builds(Loop, _counts, st.booleans(), body),
            st.builds(
                Branch,
                _some_hosts,
                st.sampled_from(["name", "data", "fact"]),
                body,
                st.lists(inner, max_size=2),
            ),
            st.builds(Block, st.sampled_from(["try", "arguments", "when"]), body),
        )

    few = st.sets(st.sampled_from(NAMES), min_size=1, max_size=2).map(frozenset)
    by_host = st.builds(Branch, few, st.just("name"), st.lists(marks, min_size=1, max_size=1), st.just([]))
    return st.one_of(
        st.lists(st.recursive(leaves, deeper, max_leaves=6), max_size=6),
        st.lists(by_host, min_size=2, max_size=6),
    )


def programs(awaits: bool = False) -> st.SearchStrategy[Program]:
    """Make programs.

    Args:
        awaits: whether deploy code may ask how an operation went.
    """
    nodes = _nodes(awaits)
    functions = st.builds(Function, st.booleans(), st.booleans(), nodes)
    return st.builds(
        Program,
        hosts=st.integers(1, len(NAMES)).map(lambda count: NAMES[:count]),
        files=st.tuples(nodes, nodes, nodes).map(list),
        given=st.sampled_from([[0], [0], [0, 1], [0, 0], [2, 0]]),
        functions=st.lists(functions, max_size=4),
        module=st.sampled_from(PLUGIN_MODULES),
        config=st.fixed_dictionaries(
            {"BATCH": st.sampled_from([True, True, False]), "PARALLEL": st.sampled_from([0, 0, 1, 2])}
        ),
    )
