"""What was promised, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .cells import ENGINE_HOSTS, RIVALS, RTTS, TOOLS
from .figures import Figure, Figures, factor, least, most, number, seconds

FAR = tuple(rtt for rtt in RTTS if rtt)
HANDSHAKE = 5
"""Round trips that ssh needs one after the other: TCP, versions and algorithms, keys, the service, the user's key."""

ENGINE_OPERATIONS = 50


@dataclass(frozen=True)
class Promise:
    """One line of the budget.

    Attributes:
        what: What is bounded.
        must: The bound, in words.
        aim: What is aimed at, in words.
        figure: Ours, in words.
        others: The others' from the same run, in words.
        kept: Whether the bound holds; None where that was not measured.
        reached: Whether the aim is reached; None where that was not measured.
    """

    what: str
    must: str
    aim: str
    figure: str
    others: str
    kept: bool | None
    reached: bool | None


def promises(figures: Figures) -> list[Promise]:
    """Give the budget's lines with their figures."""
    return [*_round_trips(figures), *_speed(figures), *_files(figures), *_engine(figures), *_start(figures)]


def engine_overhead(figures: Figures, tool: str, hosts: int) -> Figure | None:
    """Give the processor time of one operation on one host, in milliseconds."""
    full, empty = (figures.of(tool, name, hosts, 0, "cpu") for name in ("engine", "engine-empty"))
    if full is None or empty is None:
        return None
    return Figure((full.value - empty.value) / hosts / ENGINE_OPERATIONS * 1000)


def engine_memory(figures: Figures, tool: str, hosts: int) -> Figure | None:
    """Give what one more host takes at the peak, in KiB."""
    many, one = figures.of(tool, "engine", hosts, 0, "memory"), figures.of(tool, "engine", 1, 0, "memory")
    if many is None or one is None or hosts == 1:
        return None
    return Figure((many.value - one.value) / (hosts - 1) / 1024)


def _round_trips(figures: Figures) -> Iterator[Promise]:
    for name, must, aim in (("w1", 4, 3), ("w1-hints", 2, 1)):
        ours = most(figures.after_connecting("ours", name, 1, rtt) for rtt in FAR)
        others = {
            tool: most(figures.after_connecting(tool, "w1", 1, rtt) for rtt in FAR) for tool in RIVALS[1:]
        }
        what = "round trips after connecting, W1" + (" with hints" if name != "w1" else "")
        yield _at_most(what, ours, must, aim, _each(others))
    connecting = most(figures.of("ours", "w5", 1, rtt, "round_trips") for rtt in FAR)
    others = {
        tool: most(figures.of(tool, "w5", 1, rtt, "round_trips") for rtt in FAR)
        for tool in (*RIVALS[1:], "ssh")
    }
    what = f"round trips to connect (the handshake's own are {HANDSHAKE})"
    yield _at_most(what, connecting, HANDSHAKE + 1, HANDSHAKE, _each(others))
    changing = most(figures.after_connecting("ours", "w2", 1, rtt) for rtt in FAR)
    commands = figures.of("ours", "w2", 1, FAR[0], "commands")
    changes = figures.of("ours", "w2", 1, FAR[0], "changes")
    others = {tool: most(figures.after_connecting(tool, "w2", 1, rtt) for rtt in FAR) for tool in RIVALS[1:]}
    if commands is None or changes is None:
        return
    what = f"round trips after connecting, W2 ({number(changes)} changes by {number(commands)} commands)"
    yield _at_most(
        what, changing, int(changes.value + commands.value) + 4, int(changes.value) + 4, _each(others)
    )


def _speed(figures: Figures) -> Iterator[Promise]:
    for than, must, aim in (("pyinfra3", 15, 25), ("pyinfra3-nodelay", 9, 15)):
        yield _faster(figures, "w1", "W1, 1 host, 50 and 100 ms", than, (1,), FAR, must, aim)
    yield _faster(figures, "w1", "W1, 10 hosts, any latency", "pyinfra3", (10,), RTTS, 5, 10)
    yield _faster(figures, "w1", "W1, every cell", "mitogen", (1, 10), RTTS, 5, 10)
    yield _faster(figures, "w2", "W2, every cell", "mitogen", (1, 10), RTTS, 1, 3)
    yield _faster(figures, "w2", "W2, every cell", "pyinfra3-nodelay", (1, 10), RTTS, 1.5, 3)
    yield _faster(figures, "w3", "W3, first run, every cell", "pyinfra3", (1, 10), RTTS, 3, 5)


def _files(figures: Figures) -> Iterator[Promise]:
    for name, title, yardstick, must in (
        ("w4-upload", "100 MiB", "scp", 1),
        ("w4-sync", "1,000 files", "tar", 20),
    ):
        ratios = {rtt: figures.times_faster(name, 1, rtt, "pyinfra3") for rtt in RTTS}
        against = most(
            None if (it := figures.times_faster(name, 1, rtt, yardstick)) is None else Figure(1 / it.value)
            for rtt in RTTS
        )
        worst = least(ratios.values())
        yield Promise(
            f"W4, {title}, against pyinfra 3.10",
            "not slower" if must == 1 else f"{must} times faster",
            f"the speed of {TOOLS[yardstick]}",
            _by_rtt(ratios),
            f"at worst {factor(against)} the time of {TOOLS[yardstick]}",
            None if worst is None else worst.value >= must,
            None if against is None else against.value <= 1.1,  # noqa: PLR2004 - a tenth is no difference
        )


def _engine(figures: Figures) -> Iterator[Promise]:
    ours = {hosts: engine_overhead(figures, "ours", hosts) for hosts in ENGINE_HOSTS[1:]}
    theirs = {hosts: engine_overhead(figures, "pyinfra3", hosts) for hosts in ENGINE_HOSTS[1:]}
    both = [Figure(theirs[h].value / ours[h].value) for h in ours if ours[h] and theirs[h]]  # type: ignore[union-attr]
    worst = least(both)
    yield Promise(
        "engine overhead a host and operation on `@fake`, against pyinfra 3.10",
        "5 times less",
        "10 times less",
        ", ".join(f"{hosts:,} hosts: {figure.value:.3f} ms" for hosts, figure in ours.items() if figure),
        ", ".join(f"{hosts:,} hosts: {figure.value:.2f} ms" for hosts, figure in theirs.items() if figure),
        None if worst is None else worst.value >= 5,  # noqa: PLR2004 - see `must`
        None if worst is None else worst.value >= 10,  # noqa: PLR2004 - see `aim`
    )
    memory = {hosts: engine_memory(figures, "ours", hosts) for hosts in ENGINE_HOSTS[1:]}
    largest = most(memory.values())
    yield Promise(
        "peak memory a host (fifty operations)",
        "600 KiB",
        "300 KiB",
        ", ".join(f"{hosts:,} hosts: {number(figure)} KiB" for hosts, figure in memory.items()),
        ", ".join(
            f"{hosts:,} hosts: {number(figure)} KiB"
            for hosts in ENGINE_HOSTS[1:]
            if (figure := engine_memory(figures, "pyinfra3", hosts))
        ),
        None if largest is None else largest.value <= 600,  # noqa: PLR2004 - see `must`
        None if largest is None else largest.value <= 300,  # noqa: PLR2004 - see `aim`
    )


def _start(figures: Figures) -> Iterator[Promise]:
    for name, title in (("start-version", "`pyinfra --version`"), ("start-exec", "`@local exec -- true`")):
        ratio = figures.times_faster(name, 0, 0, "pyinfra3")
        yield Promise(
            f"{title}, against pyinfra 3.10",
            "half the time",
            "a third",
            f"{seconds(figures.of('ours', name, 0, 0))}, {factor(ratio)} faster",
            seconds(figures.of("pyinfra3", name, 0, 0)),
            None if ratio is None else ratio.value >= 2,  # noqa: PLR2004 - see `must`
            None if ratio is None else ratio.value >= 3,  # noqa: PLR2004 - see `aim`
        )


def _at_most(what: str, figure: Figure | None, must: int, aim: int, others: str) -> Promise:
    known = figure is not None
    kept, reached = (figure.value <= bound for bound in (must, aim)) if known else (None, None)  # type: ignore[union-attr]
    return Promise(what, str(must), str(aim), number(figure), others, kept, reached)


def _faster(
    figures: Figures,
    workload: str,
    what: str,
    than: str,
    hosts: tuple[int, ...],
    rtts: tuple[int, ...],
    must: float,
    aim: float,
) -> Promise:
    cells = [(count, rtt) for count in hosts for rtt in rtts]
    ratios = {cell: figures.times_faster(workload, *cell, than) for cell in cells}
    shown = ", ".join(f"{count} h {rtt} ms: {factor(ratio)}" for (count, rtt), ratio in ratios.items())
    times = (
        f"{seconds(figures.of(than, workload, *cell))} to {seconds(figures.of('ours', workload, *cell))}"
        for cell in cells
    )
    return Promise(
        f"{what}, against {TOOLS[than]}",
        f"{must:g} times faster" if must != 1 else "faster",
        f"{aim:g} times",
        shown,
        "; ".join(times),
        _judged(ratios.values(), must),
        _judged(ratios.values(), aim),
    )


def _judged(ratios: Iterable[Figure | None], bound: float) -> bool | None:
    """Tell whether all ratios are above a bound; None where those that were measured don't decide it."""
    judged = [None if ratio is None else ratio.value >= bound for ratio in ratios]
    if False in judged:
        return False
    return None if None in judged else True


def _each(figures: dict[str, Figure | None]) -> str:
    return ", ".join(f"{TOOLS[tool]}: {number(figure)}" for tool, figure in figures.items())


def _by_rtt(ratios: dict[int, Figure | None]) -> str:
    return ", ".join(f"{rtt} ms: {factor(ratio)}" for rtt, ratio in ratios.items())
