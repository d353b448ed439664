"""The kept results as figures to compare, and as words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .cells import Cell, Result


@dataclass(frozen=True)
class Figure:
    """A number of one cell, or of two compared.

    Attributes:
        value: The number.
        at_least: Whether it is only known to be no smaller, since a run was ended before it was done.
    """

    value: float
    at_least: bool = False

    def written(self, digits: int = 2) -> str:
        """Write it with so many significant digits, and no fewer than its whole ones."""
        whole = len(str(int(abs(self.value))))
        places = max(0, digits - (whole if self.value >= 1 else 0))
        return f"{'> ' if self.at_least else ''}{self.value:.{places}f}"


class Figures:
    """Looks figures up.

    Args:
        results: The kept results.
    """

    def __init__(self, results: Mapping[Cell, Result]) -> None:
        self.results = results

    def of(self, tool: str, workload: str, hosts: int, rtt: int, what: str = "wall") -> Figure | None:
        """Give the median of what a cell's runs took; None where it has no figures.

        Args:
            tool: See `Cell`.
            workload: See `Cell`.
            hosts: See `Cell`.
            rtt: See `Cell`.
            what: An attribute of `Run`.
        """
        result = self.results.get(Cell(tool, workload, hosts, rtt))
        if result is None or not result.runs:
            return None
        if any(run.timed_out for run in result.runs):
            return Figure(max(run.wall for run in result.runs), at_least=True) if what == "wall" else None
        if result.problem or any(getattr(run, what) is None for run in result.runs):
            return None
        return Figure(result.median(what))

    def times_faster(self, workload: str, hosts: int, rtt: int, than: str, ours: str = "") -> Figure | None:
        """Give how many times as long another tool takes.

        Args:
            workload: The workload.
            hosts: How many hosts.
            rtt: The round trip.
            than: The other tool.
            ours: What we run, where it is not the same workload.
        """
        mine = self.of("ours", ours or workload, hosts, rtt)
        other = self.of(than, workload, hosts, rtt)
        if mine is None or other is None or mine.at_least:
            return None
        return Figure(other.value / mine.value, other.at_least)

    def after_connecting(self, tool: str, workload: str, hosts: int, rtt: int) -> Figure | None:
        """Give a workload's round trips without those of a run that only connects."""
        all_of_them = self.of(tool, workload, hosts, rtt, "round_trips")
        connecting = self.of(tool, "w5", hosts, rtt, "round_trips")
        if all_of_them is None or connecting is None:
            return None
        return Figure(all_of_them.value - connecting.value)

    def waits(self, tool: str, workload: str, hosts: int) -> Figure | None:
        """Give how many round trips' worth of time a run waits: what it takes longer with 100 ms, in 100 ms."""
        near, far = self.of(tool, workload, hosts, 0), self.of(tool, workload, hosts, 100)
        if near is None or far is None or near.at_least:
            return None
        return Figure((far.value - near.value) / 0.1, far.at_least)


def least(figures: Iterable[Figure | None]) -> Figure | None:
    """Give the smallest of figures; None where one is missing, or there are none."""
    known = list(figures)
    if not known or None in known:
        return None
    return min((figure for figure in known if figure is not None), key=lambda figure: figure.value)


def most(figures: Iterable[Figure | None]) -> Figure | None:
    """Give the largest of figures; None where one is missing, or there are none."""
    known = list(figures)
    if not known or None in known:
        return None
    return max((figure for figure in known if figure is not None), key=lambda figure: figure.value)


def seconds(figure: Figure | None) -> str:
    """Write a time."""
    return "-" if figure is None else f"{figure.written(3)} s"


def number(figure: Figure | None) -> str:
    """Write a number of things."""
    return "-" if figure is None else f"{'> ' if figure.at_least else ''}{figure.value:,.0f}"


def factor(figure: Figure | None) -> str:
    """Write how many times."""
    return "-" if figure is None else f"{figure.written()} x"
