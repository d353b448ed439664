"""Where deploy code calls us: the stack of its frames, and whether a call stands inside its `try`, `with` or import."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from opcode import opmap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType, FrameType

_PUSH_EXC_INFO = opmap.get("PUSH_EXC_INFO")
# With a dot at the end of each: `pyinfra_client` is not ours.
_OURS = (
    "pyinfra.api.",
    "pyinfra._engine.",
    "pyinfra.context.",
    "pyinfra.local.",
    "pyinfra.plugins.",
    "pyinfra_cli.",
)
# How the names of the modules that import others begin.
_IMPORT = "importlib._bootstrap"
# By a code object's id, it (so that the id stays its own) and by instruction what is known: to hash code takes time.
_guarded: dict[int, tuple[CodeType, dict[int, bool]]] = {}


@dataclass(frozen=True, slots=True)
class CallSite:
    """Where a call of ours stands in users' code.

    Attributes:
        frames: file and line of each of users' frames, outermost first.
        guarded: whether any of them stands inside a `try` or `with`, which could see an error of the call.
        importing: whether a module is being imported.
    """

    frames: tuple[tuple[str, int], ...]
    guarded: bool
    importing: bool

    @property
    def location(self) -> tuple[str, int] | None:
        """File and line of the call itself."""
        return self.frames[-1] if self.frames else None


def call_site() -> CallSite:
    """Give where users' code calls the function of ours that asks."""
    frames: list[tuple[str, int]] = []
    guarded = importing = False
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        if module.startswith(_IMPORT):
            importing = True
        elif not _is_ours(module):
            frames.append((frame.f_code.co_filename, frame.f_lineno))
            guarded = guarded or is_guarded(frame)
        frame = frame.f_back
    frames.reverse()
    return CallSite(tuple(frames), guarded, importing)


@cache
def _is_ours(module: str) -> bool:
    return f"{module}.".startswith(_OURS)


def is_importing() -> bool:
    """Tell whether a module is being imported somewhere up the stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if (frame.f_globals.get("__name__") or "").startswith(_IMPORT):
            return True
        frame = frame.f_back
    return False


def is_guarded(frame: FrameType) -> bool:
    """Tell whether a frame stands inside a `try` or `with` of its own.

    Args:
        frame: a frame that is calling something.

    Returns:
        Whether it does; True too where it can't be found out, since waiting is always right.
    """
    known_of = _guarded.setdefault(id(frame.f_code), (frame.f_code, {}))[1]
    known = known_of.get(frame.f_lasti)
    if known is None:
        if sys.version_info >= (3, 11):
            known = _guarded_by_table(frame.f_code, frame.f_lasti)
        else:
            known = _guarded_by_source(frame.f_code.co_filename, frame.f_lineno)
        known_of[frame.f_lasti] = known
    return known


def _guarded_by_table(code: CodeType, lasti: int) -> bool:
    # A handler of a `try` or `with` begins by pushing the exception; those that only clean up after a comprehension
    # or a generator don't.
    for start, end, target in _exception_table(code):
        if start <= lasti < end and code.co_code[target] == _PUSH_EXC_INFO:
            return True
    return False


def _exception_table(code: CodeType) -> Iterator[tuple[int, int, int]]:
    """Read `co_exceptiontable` (CPython's Objects/exception_handling_notes.txt): byte offsets start, end, handler."""
    data = iter(code.co_exceptiontable)  # type: ignore[attr-defined]
    while True:
        try:
            start = _varint(data) * 2
        except StopIteration:
            return
        length, target = _varint(data) * 2, _varint(data) * 2
        _varint(data)
        yield start, start + length, target


def _varint(data: Iterator[int]) -> int:
    byte = next(data)
    value = byte & 63
    while byte & 64:
        byte = next(data)
        value = (value << 6) | (byte & 63)
    return value


def _guarded_by_source(filename: str, line: int) -> bool:
    source = "".join(linecache.getlines(filename))
    if not source:
        return True
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            protected = [*node.body, *(node.orelse if node.finalbody else ())]
            protected += (
                [step for handler in node.handlers for step in handler.body] if node.finalbody else []
            )
        elif isinstance(node, ast.With):
            protected = node.body
        else:
            continue
        if any(step.lineno <= line <= (step.end_lineno or step.lineno) for step in protected):
            return True
    return False
