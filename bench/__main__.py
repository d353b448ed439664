"""The command line of the bench."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .cells import TOOLS, WORKLOADS, Cell, Store, matrix

_EPILOG = """\
Cells are kept as they finish, in the cache, so a run goes on where it stopped. A cell is measured again where the
tool's version or the recipe has changed since, and with --fresh. Ours is what is committed, not what lies in the
folder. Needs Linux, root, /dev/net/tun and what the test kit's real hosts need.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and give its exit code."""
    options = _parser().parse_args(arguments)
    cache = Path(os.environ.get("PYINFRA_BENCH_CACHE") or "/var/cache/pyinfra-bench")
    store = Store(cache / "cells")
    if options.action == "table":
        from .table import write_table

        write_table(store)
        return 0
    cells = [cell for cell in matrix() if _asked(cell, options)]
    if options.action == "list":
        for cell in cells:
            kept = store.read(cell)
            said = "-" if kept is None else kept.problem or f"{kept.median('wall'):.2f} s"
            print(f"{cell.name}: {said}")
        return 0
    return _run(cells, cache, store, fresh=options.fresh)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, epilog=_EPILOG)
    parser.add_argument(
        "action",
        nargs="?",
        choices=("run", "list", "table"),
        default="run",
        help="measure what is missing; list what there is; write bench/README.md and its charts (default: run)",
    )
    parser.add_argument(
        "--only", metavar="TOOL", help="the same as --tool", choices=TOOLS, dest="tool", action="append"
    )
    parser.add_argument("--tool", choices=TOOLS, action="append", help="only this tool; may be repeated")
    parser.add_argument(
        "--workload", choices=WORKLOADS, action="append", help="only this workload; may be repeated"
    )
    parser.add_argument(
        "--hosts", type=int, action="append", help="only cells with so many hosts; may be repeated"
    )
    parser.add_argument(
        "--rtt", type=int, action="append", help="only this round trip in ms; may be repeated"
    )
    parser.add_argument("--fresh", action="store_true", help="measure also what is kept")
    return parser


def _asked(cell: Cell, options: argparse.Namespace) -> bool:
    filters = ("tool", "workload", "hosts", "rtt")
    return all(
        not getattr(options, each) or getattr(cell, each) in getattr(options, each) for each in filters
    )


def _run(cells: Sequence[Cell], cache: Path, store: Store, *, fresh: bool) -> int:
    from .image import prepare_image
    from .lab import BenchLab
    from .programs import ProgramRunner
    from .run import Environments, HostRunner

    began = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    environments = Environments(cache, report)
    todo = []
    for cell in cells:
        kept = None if fresh else store.read(cell)
        if kept is None or kept.version != environments.version(cell.tool):
            todo.append(cell)
    report(f"{len(todo)} of {len(cells)} cells to measure")
    programs = ProgramRunner(cache, store, environments, report)
    for cell in todo:
        if WORKLOADS[cell.workload].state is None:
            programs.measure(cell)
    on_hosts = [cell for cell in todo if WORKLOADS[cell.workload].state is not None]
    if on_hosts:
        prepare_image(cache, report)
        with BenchLab(report) as lab:
            hosts = HostRunner(cache, store, lab, environments, report)
            for cell in on_hosts:
                hosts.measure(cell)
    failed = [cell.name for cell in cells if (kept := store.read(cell)) is None or kept.problem]
    report(f"done; without figures: {', '.join(failed) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
