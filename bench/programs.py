"""Measures what needs no hosts: start-up, and the engine on hosts that answer at once."""

from __future__ import annotations

import shutil
from pathlib import Path

from .cells import WORKLOADS, Cell, Result, Store
from .measure import measure
from .run import ENOUGH_SECONDS, REPEATS, Environments, Report

_START_REPEATS = 15

_ENGINE_HEAD = """\
from pyinfra import host
from pyinfra.api import FactBase, operation


class Level(FactBase):
    def command(self, tank):
        return f"level {tank}"

    def process(self, output):
        return list(output)


@operation()
def level(tank):
    if host.get_fact(Level, tank=tank):
        yield f"drain {tank}"
    else:
        host.noop("empty")

"""


class ProgramRunner:
    """Measures cells that need no hosts.

    Args:
        cache: Where files are kept.
        store: Where results are kept.
        environments: The tools' environments.
        report: Called with a line for each cell.
    """

    def __init__(self, cache: Path, store: Store, environments: Environments, report: Report) -> None:
        self._store, self._environments, self._report = store, environments, report
        self._work = cache / "work"

    def measure(self, cell: Cell) -> None:
        """Measure a cell, and keep the result, whatever it is."""
        folder = self._work / f"{cell.tool}-{cell.workload}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        starts = cell.workload.startswith("start-")
        command = self._start(cell) if starts else self._engine(cell, folder)
        result = Result(cell, self._environments.version(cell.tool), [])
        if starts:
            # The first reads programs from the disk, which the others find in memory.
            measure(command, folder, WORKLOADS[cell.workload].seconds)
        for _ in range(_START_REPEATS if starts else REPEATS):
            run = measure(command, folder, WORKLOADS[cell.workload].seconds).run
            result.runs.append(run)
            if run.timed_out or run.problems or sum(each.wall for each in result.runs) > ENOUGH_SECONDS:
                break
        self._store.write(result)
        self._report(
            f"{cell.name}: {result.problem or ''} {result.median('wall'):.3f} s, "
            f"{result.median('cpu'):.3f} s of processor, {result.runs[-1].memory >> 20} MiB"
        )

    def _start(self, cell: Cell) -> list[str]:
        made = self._environments.of(cell.tool)
        assert made is not None
        if cell.tool == "ansible":
            return [made.program("ansible"), "--version"]
        return {
            "start-version": [made.program("pyinfra"), "--version"],
            "start-exec": [made.program("pyinfra"), "@local", "exec", "--", "true"],
            "start-import": [made.program("python"), "-c", "import pyinfra.api"],
        }[cell.workload]

    def _engine(self, cell: Cell, folder: Path) -> list[str]:
        made = self._environments.of(cell.tool)
        assert made is not None
        data = {"fake_delay": 0, "fake_delay_jitter": 0}
        (folder / "inventory.py").write_text(
            f'hosts = [(f"@fake/host-{{number}}", {data!r}) for number in range({cell.hosts})]\n'
        )
        calls = (
            "" if cell.workload == "engine-empty" else "".join(f"level(tank={tank})\n" for tank in range(50))
        )
        (folder / "deploy.py").write_text(f"{_ENGINE_HEAD}\n{calls}")
        return [made.program("pyinfra"), "--yes", "inventory.py", "deploy.py"]
