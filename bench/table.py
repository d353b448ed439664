"""Writes bench/README.md, its charts, and the results as JSON, of what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from .budget import Promise, engine_memory, engine_overhead, promises
from .cells import ENGINE_HOSTS, PYINFRAS, RIVALS, RTTS, TOOLS, WORKLOADS, Store
from .charts import Group, bar_chart
from .figures import Figures, factor, number, seconds

HERE = Path(__file__).parent
_SIZES = ("wall", "cpu", "memory", "round_trips", "connections", "sessions", "sent", "received")


def write_table(store: Store) -> None:
    """Write what is kept.

    Args:
        store: Where it is kept.
    """
    figures = Figures(store.all())
    charts = HERE / "charts"
    charts.mkdir(exist_ok=True)
    for name, svg in _charts(figures).items():
        (charts / f"{name}.svg").write_text(svg)
    kept = [
        {
            **asdict(result),
            "medians": {size: result.median(size) for size in _SIZES},
            "problem": result.problem,
        }
        for result in figures.results.values()
        if result.runs
    ]
    (HERE / "results.json").write_text(json.dumps(kept, indent=1) + "\n")
    method = (HERE / "method.md").read_text().rstrip()
    sections = [method, *_measured_on(figures), *_tables(figures)]
    (HERE / "README.md").write_text("\n\n".join(sections) + "\n")


def _measured_on(figures: Figures) -> Iterator[str]:
    yield "## The last run"
    results = figures.results.values()
    machines = sorted({result.machine for result in results})
    dates = sorted({result.date for result in results})
    between = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}" if dates else "never"
    yield f"On {' and '.join(machines) or 'no machine'}, {between}; the tool and all hosts on the same cores."
    if loads := sorted(result.load for result in results):
        yield (
            "Processes that wanted to run just before a cell was measured, on average over a minute: "
            f"{loads[len(loads) // 2]:.1f} in the middle, {loads[-1]:.1f} at most."
        )
    versions: dict[str, set[str]] = {}
    for cell, result in figures.results.items():
        if result.version:
            versions.setdefault(cell.tool, set()).add(result.version)
    rows = [[TOOLS[tool], "; ".join(sorted(versions[tool]))] for tool in TOOLS if tool in versions]
    yield _table(["tool", "version"], rows)


def _tables(figures: Figures) -> Iterator[str]:
    yield "## The budget"
    yield "“Must” and “aim” are ratios and counts, each of one run on one machine."
    head = ["", "what", "must", "aim", "measured", "the others'"]
    yield _table(head, [_promise(promise) for promise in promises(figures)])
    for name in ("w1", "w2", "w3", "w5"):
        yield f"## {WORKLOADS[name].title}"
        if name != "w5":
            yield f"![{WORKLOADS[name].title}](charts/{name}.svg)"
        yield _times(figures, name, [1, 10, *([50] if name == "w1" else [])], RIVALS)
    yield "## What it takes: 1 host, 50 ms"
    yield _sizes(figures, 1, 50)
    yield "## What it takes: 10 hosts, 50 ms"
    yield _sizes(figures, 10, 50)
    for name in ("w4-upload", "w4-sync"):
        yield f"## {WORKLOADS[name].title}"
        yield f"![{WORKLOADS[name].title}](charts/{name}.svg)"
        yield _times(figures, name, [1], (*RIVALS, "scp", "tar"))
    yield "## The engine alone"
    yield _engine(figures)
    yield "## Start-up"
    yield _start(figures)
    if missing := list(_missing(figures)):
        yield "## Without figures"
        yield "\n".join(missing)


def _promise(promise: Promise) -> list[str]:
    mark = {None: "not measured", False: "**missed**", True: "aim" if promise.reached else "must"}[
        promise.kept
    ]
    return [mark, promise.what, promise.must, promise.aim, promise.figure, promise.others]


def _times(figures: Figures, workload: str, hosts: Iterable[int], tools: Sequence[str]) -> str:
    hints = f"{workload}-hints" in WORKLOADS
    rows = []
    for count in hosts:
        shown = [tool for tool in tools if count != 50 or tool in PYINFRAS]  # noqa: PLR2004 - as in the matrix
        for rtt in RTTS:
            row = [f"{count}, {rtt} ms"]
            for tool in tools:
                if tool not in shown:
                    row.append("")
                    continue
                ratio = figures.times_faster(workload, count, rtt, tool)
                beside = f" ({factor(ratio)})" if ratio and tool != "ours" else ""
                row.append(f"{seconds(figures.of(tool, workload, count, rtt))}{beside}")
                if tool == "ours" and hints:
                    row.append(seconds(figures.of(tool, f"{workload}-hints", count, rtt)))
            rows.append(row)
    names = [TOOLS[tool] for tool in tools]
    head = ["hosts, latency", names[0], *(["with hints"] if hints else []), *names[1:]]
    return _table(head, rows)


def _sizes(figures: Figures, hosts: int, rtt: int) -> str:
    rows = []
    for workload in ("w1", "w1-hints", "w2", "w3", "w3-hints"):
        for tool in RIVALS:
            cell = (tool, workload, hosts, rtt)
            wall, cpu, memory = (figures.of(*cell, size) for size in ("wall", "cpu", "memory"))
            if wall is None or cpu is None or memory is None:
                continue
            rows.append(
                [
                    workload.upper().replace("-HINTS", " with hints"),
                    TOOLS[tool],
                    seconds(wall),
                    seconds(cpu),
                    f"{memory.value / (1 << 20):.0f} MiB",
                    number(figures.of(*cell, "round_trips")),
                    number(figures.waits(tool, workload, hosts)),
                    number(figures.of(*cell, "sessions")),
                    number(figures.of(*cell, "connections")),
                    *(
                        f"{(figures.of(*cell, way) or memory).value / 1024:,.0f} KiB"
                        for way in ("sent", "received")
                    ),
                ]
            )
    head = ["", "tool", "time", "processor", "memory", "round trips", "waits", "ssh sessions", "connections"]
    return _table([*head, "sent", "received"], rows)


def _engine(figures: Figures) -> str:
    rows = []
    for hosts in ENGINE_HOSTS:
        for tool in ("ours", "pyinfra3"):
            overhead, memory = engine_overhead(figures, tool, hosts), engine_memory(figures, tool, hosts)
            rows.append(
                [
                    f"{hosts:,}",
                    TOOLS[tool],
                    seconds(figures.of(tool, "engine", hosts, 0)),
                    "-" if overhead is None else f"{overhead.value:.3f} ms",
                    "-" if memory is None else f"{memory.value:,.0f} KiB",
                ]
            )
    return _table(
        ["hosts", "tool", "time, fifty operations", "processor a host and operation", "memory a host"], rows
    )


def _start(figures: Figures) -> str:
    names = ("start-version", "start-exec", "start-import")
    rows = [
        [TOOLS[tool], *(seconds(figures.of(tool, name, 0, 0)) for name in names)]
        for tool in ("ours", "pyinfra3", "ansible")
    ]
    return _table(["tool", *(WORKLOADS[name].title for name in names)], rows)


def _missing(figures: Figures) -> Iterator[str]:
    for cell, result in figures.results.items():
        if result.problem:
            said = " ".join(result.problem.split())[:300]
            yield f"- {TOOLS[cell.tool]}, {WORKLOADS[cell.workload].title}, {cell.hosts} hosts, {cell.rtt} ms: {said}"


def _charts(figures: Figures) -> dict[str, str]:
    drawn = {}
    for name in ("w1", "w2", "w3", "w4-upload", "w4-sync"):
        files = name.startswith("w4")
        tools = (*RIVALS, "scp", "tar") if files else RIVALS
        groups = [
            Group(
                f"{hosts} host{'s' if hosts > 1 else ''}, {rtt} ms",
                [(TOOLS[tool], figures.of(tool, name, hosts, rtt)) for tool in tools],
            )
            for hosts in ((1,) if files else (1, 10))
            for rtt in RTTS
        ]
        drawn[name] = bar_chart(WORKLOADS[name].title, "seconds", groups, TOOLS["ours"])
    return drawn


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('tar | ssh', 'tar to ssh') for cell in line)} |" for line in lines
    )
