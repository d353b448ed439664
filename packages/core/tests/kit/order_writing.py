"""Deploy programs as Python files, and their runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from order_programs import (
    NAMES,
    Block,
    Branch,
    Call,
    Function,
    Include,
    Leave,
    Loop,
    Mark,
    Node,
    Program,
)

_HEAD = """\
from order_programs import mark, mark_asking
from engine_kit import Exists
from pyinfra import host, local
from pyinfra.api import deploy
"""


class Writer:
    """Writes code, each call on a line of its own."""

    def __init__(self) -> None:
        self.lines = [_HEAD]

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def body(self, body: list[Node], depth: int, turns: tuple[str, ...] = ()) -> None:
        for node in body:
            self.node(node, depth, turns)
        self.line(depth, "pass")

    def node(self, node: Node, depth: int, turns: tuple[str, ...]) -> None:
        if isinstance(node, Mark):
            self.line(depth, _mark(node, turns))
        elif isinstance(node, Loop):
            own = f"turn_{node.number}"
            self.line(depth, f"for {own} in {_turns(node.turns, node.positions)}:")
            self.body(node.body, depth + 1, (*turns, own))
        elif isinstance(node, Branch):
            self.line(depth, f"if {_condition(node.hosts, node.told)}:")
            self.body(node.body, depth + 1, turns)
            self.line(depth, "else:")
            self.body(node.others, depth + 1, turns)
        elif isinstance(node, Block):
            self.block(node, depth, turns)
        elif isinstance(node, Leave) and node.how:
            self.line(depth, f"if {_condition(node.hosts, 'name')}:")
            self.line(depth + 1, node.how)
        elif isinstance(node, Call) and node.target is not None:
            self.line(depth, f"function_{node.target.number}()")
        elif isinstance(node, Include) and node.target is not None:
            self.line(depth, f"local.include('file_{node.target}.py')")

    def block(self, node: Block, depth: int, turns: tuple[str, ...]) -> None:
        opening = {
            "try": "try:",
            "arguments": "with host.arguments(_env={'A': '1'}):",
            "when": "with host.when(lambda: True):",
        }
        self.line(depth, opening[node.how])
        self.body(node.body, depth + 1, turns)
        if node.how == "try":
            self.line(depth, "except ValueError:")
            self.line(depth + 1, "raise")

    def function(self, function: Function) -> None:
        if function.is_deploy:
            self.line(0, f"@deploy('Deploy {function.number}')")
        self.line(0, f"def function_{function.number}():")
        self.body(function.body, 1)


def _mark(node: Mark, turns: tuple[str, ...]) -> str:
    own = turns if node.spread is None else (*turns, "turn")
    call = f"{'mark_asking' if node.asks else 'mark'}({', '.join([str(node.number), *own])})"
    call = f"{call}.did_change()" if node.awaited else call
    return call if node.spread is None else f"[{call} for turn in {_turns(node.spread, node.positions)}]"


def _turns(turns: tuple[int, ...], positions: bool) -> str:
    every = f"range({dict(zip(NAMES, turns, strict=True))}[host.name])"
    return f"host.loop({every})" if positions else every


def _condition(hosts: frozenset[str], told: str) -> str:
    names = sorted(hosts)
    if told == "fact":
        return f"host.get_fact(Exists, path={'/' + ''.join(f'{name},' for name in names)!r})"
    return f"host.{'data.also' if told == 'data' else 'name'} in {names}"


@contextmanager
def written(program: Program, folder: Path) -> Iterator[list[Path]]:
    """Write a program, with its module ready to be imported.

    Args:
        program: the program.
        folder: an empty folder.

    Yields:
        The files that the run is given.
    """
    module = Writer()
    for function in program.functions:
        if function.in_plugin:
            module.function(function)
    path = folder / "plugin.py"
    path.write_text("\n".join(module.lines) + "\n")
    names = [f"function_{function.number}" for function in program.functions if function.in_plugin]
    for place, body in enumerate(program.files):
        writer = Writer()
        if names:
            writer.line(0, f"from {program.module} import {', '.join(names)}")
        for function in program.functions if place == 0 else ():
            if not function.in_plugin:
                writer.function(function)
        writer.body(body, 0)
        (folder / f"file_{place}.py").write_text("\n".join(writer.lines) + "\n")
    spec = spec_from_file_location(program.module, path)
    assert spec is not None
    assert spec.loader is not None
    made = sys.modules[program.module] = module_from_spec(spec)
    try:
        spec.loader.exec_module(made)
        yield [folder / f"file_{place}.py" for place in program.given]
    finally:
        del sys.modules[program.module]
