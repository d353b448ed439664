"""The matrix of what is measured, and the files in which measurements are kept as they finish."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

RECIPE = 2
"""Raised when workloads or the way of measuring change, so that no older cell is taken for one of now."""

TOOLS = {
    "ours": "pyinfra",
    "pyinfra3": "pyinfra 3.10",
    "pyinfra3-nodelay": "pyinfra 3.10 †",
    "mitogen": "ansible-core with mitogen",
    "ansible": "ansible-core",
    "scp": "scp",
    "tar": "tar | ssh",
    "ssh": "ssh",
}
RIVALS = ("ours", "pyinfra3-nodelay", "pyinfra3", "mitogen", "ansible")
PYINFRAS = ("ours", "pyinfra3-nodelay", "pyinfra3")

RTTS = (0, 50, 100)
ENGINE_HOSTS = (1, 100, 1000, 10_000)


@dataclass(frozen=True)
class Workload:
    """One kind of work.

    Attributes:
        title: What it is, for the table.
        state: What the hosts are like before: `fresh`; `done` where the same tool has done the work before; `warm`
            where it has, and keeps what it remembers of it; None where no hosts are needed.
        seconds: The time limit of one run.
        changes: How many changes a run must report on each host; None where tools count them differently.
    """

    title: str
    state: str | None
    seconds: float
    changes: int | None = None


WORKLOADS = {
    "w1": Workload("W1: fifty operations, nothing to change", "done", 600, 0),
    "w1-hints": Workload("W1 with hints of the run before", "warm", 600, 0),
    "w2": Workload("W2: fifty operations on fresh hosts", "fresh", 600, 47),
    "w3": Workload("W3: as W1, `.changed` read after each operation, first run", "done", 600, 0),
    "w3-hints": Workload("W3 with hints of the run before", "warm", 600, 0),
    "w4-upload": Workload("W4: a file of 100 MiB", "fresh", 600, 1),
    "w4-sync": Workload("W4: a tree of 1,000 small files", "fresh", 600, 1),
    "w5": Workload("W5: no work at all", "fresh", 120, 0),
    "engine": Workload("fifty operations on `@fake`, nothing to change", None, 900),
    "engine-empty": Workload("no operations on `@fake`", None, 900),
    "start-version": Workload("`--version`", None, 60),
    "start-exec": Workload("`@local exec -- true`", None, 60),
    "start-import": Workload("`import pyinfra.api`", None, 60),
}


@dataclass(frozen=True)
class Cell:
    """One thing to measure.

    Attributes:
        tool: One of `TOOLS`.
        workload: One of `WORKLOADS`.
        hosts: How many hosts; 0 where none are worked on.
        rtt: The round trip to them, in milliseconds.
    """

    tool: str
    workload: str
    hosts: int
    rtt: int

    @property
    def name(self) -> str:
        """What it is called in file names and on the screen."""
        return f"{self.workload}-{self.hosts}h-{self.rtt}ms-{self.tool}"


@dataclass
class Run:
    """What one run took.

    Attributes:
        wall: Seconds from its start to its end.
        cpu: Seconds of processor time of the control side, all its processes.
        memory: The most bytes that these held at once.
        exit_code: Its exit code.
        timed_out: Whether it was ended at the time limit.
        changes: The changes that the tool reported, over all hosts; None where it reports none.
        commands: The commands that it reported, over all hosts; None where it reports none.
        round_trips: Of the host with the most; see `wire.Counts`.
        connections: TCP connections, over all hosts.
        sessions: ssh sessions (commands, sftp), over all hosts.
        sent: Bytes of TCP data to all hosts.
        received: Bytes of TCP data from all hosts.
        problems: What was wrong afterwards; a run that has any does not count.
    """

    wall: float
    cpu: float
    memory: int
    exit_code: int | None
    timed_out: bool
    changes: int | None = None
    commands: int | None = None
    round_trips: int = 0
    connections: int = 0
    sessions: int = 0
    sent: int = 0
    received: int = 0
    problems: list[str] = field(default_factory=list)


@cache
def describe_machine() -> str:
    """Give this machine's size in words."""
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    processor = models[0] if models else platform.machine()
    return f"{os.cpu_count()} cores of {processor}, {memory:.0f} GiB, Linux {platform.release()}"


@dataclass
class Result:
    """What is kept of a cell.

    Attributes:
        cell: The cell.
        version: Of the tool and what it stands on.
        runs: Its runs.
        machine: What it was measured on.
        date: When.
        load: How many processes wanted to run on it just before, on average over a minute.
        recipe: The `RECIPE` it was measured by.
    """

    cell: Cell
    version: str
    runs: list[Run]
    machine: str = field(default_factory=describe_machine)
    date: str = field(default_factory=lambda: datetime.now(timezone.utc).date().isoformat())
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    recipe: int = RECIPE

    @property
    def problem(self) -> str | None:
        """Why it has no figures, if so."""
        for run in self.runs:
            if run.timed_out:
                return "; ".join([f"not done after {run.wall:.0f} s", *run.problems[:1]])
            if run.problems:
                return run.problems[0]
        return None if self.runs else "not run"

    def median(self, what: str) -> float:
        """Give the median of what its runs took, such as `wall`."""
        values = sorted(getattr(run, what) for run in self.runs)
        middle = len(values) // 2
        return float(values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2)


class Store:
    """The kept results, a JSON file for each cell.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, cell: Cell) -> Result | None:
        """Give what is kept of a cell, if it was measured the way it is now."""
        try:
            kept = json.loads(self._file(cell).read_text())
        except FileNotFoundError:
            return None
        return result_from(kept) if kept["recipe"] == RECIPE else None

    def write(self, result: Result) -> None:
        """Keep a result."""
        file = self._file(result.cell)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(asdict(result), indent=1) + "\n")
        new.replace(file)

    def all(self) -> dict[Cell, Result]:
        """Give all results of the matrix that are kept."""
        found = {cell: self.read(cell) for cell in matrix()}
        return {cell: result for cell, result in found.items() if result is not None}

    def _file(self, cell: Cell) -> Path:
        return self._folder / f"{cell.name}.json"


def result_from(kept: dict[str, Any]) -> Result:
    """Make a result of what JSON holds."""
    runs = [Run(**run) for run in kept["runs"]]
    return Result(**{**kept, "cell": Cell(**kept["cell"]), "runs": runs})


def matrix() -> Iterator[Cell]:
    """Give all cells, those that share hosts and their state beside each other, ours and quick ones first."""
    yield from _programs()
    for hosts in (1, 10):
        for tool in RIVALS:
            yield from _operations(tool, hosts)
    yield from (Cell("ssh", "w5", 1, rtt) for rtt in RTTS)
    yield from (Cell(tool, "w1", 50, rtt) for tool in PYINFRAS for rtt in RTTS)
    for name in ("w4-upload", "w4-sync"):
        for tool in ("scp", "tar", *RIVALS):
            yield from (Cell(tool, name, 1, rtt) for rtt in RTTS)


def _programs() -> Iterator[Cell]:
    for tool in ("ours", "pyinfra3"):
        yield from (Cell(tool, name, 0, 0) for name in ("start-version", "start-exec", "start-import"))
    yield Cell("ansible", "start-version", 0, 0)
    for hosts in ENGINE_HOSTS:
        for tool in ("ours", "pyinfra3"):
            yield from (Cell(tool, name, hosts, 0) for name in ("engine-empty", "engine"))


def _operations(tool: str, hosts: int) -> Iterator[Cell]:
    for rtt in RTTS:
        for name in ("w5", "w2", "w1", "w1-hints", "w3", "w3-hints"):
            if tool == "ours" or not name.endswith("-hints"):
                yield Cell(tool, name, hosts, rtt)
