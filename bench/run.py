"""Measures cells of the matrix that need hosts, one after another, on as few states of hosts as they allow."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from pyinfra_testkit.hosts import HostsError, RealHost

from .cells import WORKLOADS, Cell, Result, Run, Store
from .environments import Environment, environment
from .lab import BenchLab
from .measure import Measured, measure
from .steps import fingerprint, problems
from .tools import Job, Tool, environment_of, make_tool
from .trees import make_tree, make_upload, tree_problems, upload_problems

REPEATS = 3
ENOUGH_SECONDS = 30.0
"""A cell is not run again once its runs have taken so long together."""

Report = Callable[[str], None]


class Environments:
    """The tools' environments, made as they are needed."""

    def __init__(self, cache: Path, report: Report) -> None:
        self._cache, self._report = cache, report
        self._made: dict[str, Environment] = {}

    def of(self, tool: str) -> Environment | None:
        """Give the environment that a tool runs in; None where it is this machine's own."""
        name = environment_of(tool)
        if name is None:
            return None
        if name not in self._made:
            self._made[name] = environment(self._cache, name, self._report)
        return self._made[name]

    def version(self, tool: str) -> str:
        """Give the version of a tool and what it stands on, in words."""
        made = self.of(tool)
        return "" if made is None else made.version

    def tool(self, name: str) -> Tool:
        """Make a tool."""
        self.of(name)
        return make_tool(name, self._made)


class HostRunner:
    """Measures cells on the hosts of a lab.

    Args:
        cache: Where files are kept.
        store: Where results are kept.
        lab: The lab.
        environments: The tools' environments.
        report: Called with a line for each run.
    """

    def __init__(
        self, cache: Path, store: Store, lab: BenchLab, environments: Environments, report: Report
    ) -> None:
        self._store, self._lab, self._environments, self._report = store, lab, environments, report
        self._work = cache / "work"
        self._upload, self._tree = make_upload(cache), make_tree(cache)
        self._done_by: tuple[str, int] | None = None

    def measure(self, cell: Cell) -> None:
        """Measure a cell, and keep the result, whatever it is."""
        result = Result(cell, self._environments.version(cell.tool), [])
        while len(result.runs) < REPEATS and sum(run.wall for run in result.runs) < ENOUGH_SECONDS:
            try:
                run = self._once(cell)
            except (RuntimeError, OSError, HostsError, subprocess.SubprocessError) as error:
                # The other cells are measured all the same.
                self._done_by = None
                run = Run(wall=0, cpu=0, memory=0, exit_code=None, timed_out=False, problems=[str(error)])
            result.runs.append(run)
            self._report(f"{cell.name}: {_said(run)}")
            if run.timed_out or run.problems:
                break
        self._store.write(result)

    def _once(self, cell: Cell) -> Run:
        tool, state = self._environments.tool(cell.tool), WORKLOADS[cell.workload].state
        hosts = self._bring_to(state, cell, tool)
        job = self._job(cell.workload, cell.tool, hosts)
        if state == "warm":
            self._run(tool, job, rtt=0)
        before = [fingerprint(host) for host in hosts]
        self._done_by = None
        measured = self._run(tool, job, rtt=cell.rtt)
        run = measured.run
        run.problems += self._problems(cell, hosts, job, before)
        run.changes, run.commands = tool.changes(measured.output), tool.commands(measured.output)
        expected = WORKLOADS[cell.workload].changes
        if None not in (run.changes, expected) and run.changes != (expected or 0) * cell.hosts:
            run.problems.append(f"it says that it changed {run.changes}, not {(expected or 0) * cell.hosts}")
        if not run.problems and not run.timed_out and job.work in {"w1", "w2", "w3"}:
            self._done_by = cell.tool, cell.hosts
        return run

    def _bring_to(self, state: str | None, cell: Cell, tool: Tool) -> list[RealHost]:
        """Give hosts on which nothing was done, or on which the tool has done the work before."""
        if state != "fresh" and self._done_by == (cell.tool, cell.hosts):
            return self._lab.hosts(cell.hosts, fresh=False)
        hosts = self._lab.hosts(cell.hosts, fresh=True)
        if state != "fresh":
            measured = self._run(tool, self._job("w2", cell.tool, hosts), rtt=0)
            if missing := [*measured.run.problems, *(line for host in hosts for line in problems(host))]:
                raise RuntimeError(
                    f"{cell.tool} did not do the work that {cell.name} stands on: {missing[0]}"
                )
        return hosts

    def _job(self, workload: str, tool: str, hosts: Sequence[RealHost]) -> Job:
        folder = self._work / f"{tool}-{workload}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return Job(workload, folder, hosts, self._lab.directory / "ssh_config", self._upload, self._tree)

    def _run(self, tool: Tool, job: Job, *, rtt: int) -> Measured:
        command = tool.prepare(job)
        self._lab.set_rtt(rtt)
        self._lab.take_counts()
        self._lab.sessions.take()
        measured = measure(
            command,
            job.folder,
            WORKLOADS[job.workload].seconds,
            namespace=self._lab.namespace,
            environment=tool.environment(job),
        )
        counts, run = self._lab.take_counts(), measured.run
        crossed = [counts[host.address] for host in job.hosts if host.address in counts]
        run.round_trips = max((each.round_trips for each in crossed), default=0)
        run.connections = sum(each.connections for each in crossed)
        run.sent = sum(each.sent for each in crossed)
        run.received = sum(each.received for each in crossed)
        run.sessions = sum(self._lab.sessions.take().values())
        return measured

    def _problems(self, cell: Cell, hosts: Sequence[RealHost], job: Job, before: Sequence[str]) -> list[str]:
        found = []
        for host, print_before in zip(hosts, before, strict=True):
            if job.work in {"w1", "w2", "w3"}:
                found += problems(host)
            elif job.work == "w4-upload":
                found += upload_problems(host, self._upload)
            elif job.work == "w4-sync":
                found += tree_problems(host, self._tree)
            if WORKLOADS[cell.workload].changes == 0 and fingerprint(host) != print_before:
                found.append(f"{host.name}: something was changed where nothing was to be")
        return found


def _said(run: Run) -> str:
    if run.timed_out:
        return f"not done after {run.wall:.0f} s; {'; '.join(run.problems[:1])}"
    if run.problems:
        return f"does not count: {run.problems[0]}"
    return f"{run.wall:.2f} s, {run.cpu:.2f} s of processor, {run.memory >> 20} MiB, {run.round_trips} round trips"
