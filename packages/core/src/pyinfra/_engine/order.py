"""One order of operations for all hosts, made by aligning each host's own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Generic, TypeVar

H = TypeVar("H")


@dataclass
class Step(Generic[H]):
    """One operation at its place in the run.

    Attributes:
        op_hash: the operation.
        hosts: the hosts that run it here.
    """

    op_hash: str
    hosts: list[H] = field(default_factory=list)


def merge(sequences: Iterable[tuple[H, Sequence[str]]]) -> list[Step[H]]:
    """Merge the sequences of hosts into one.

    Each host's sequence is kept. An operation that several hosts have is one step for all of them wherever their
    sequences agree on its place; where they don't, it is a step of its own for those who differ.

    Args:
        sequences: each host and the hashes of its operations, each hash once.

    Returns:
        The steps, in order.
    """
    groups: dict[tuple[str, ...], list[H]] = {}
    for host, sequence in sequences:
        groups.setdefault(tuple(sequence), []).append(host)
    merged = _aligned(groups.items())
    if len({step.op_hash for step in merged}) < len(merged):
        merged = [step for part in _parts(groups) for step in _aligned(part)]
    return [Step(step.op_hash, [host for hosts in step.hosts for host in hosts]) for step in merged]


def _aligned(groups: Iterable[tuple[tuple[str, ...], list[H]]]) -> list[Step[list[H]]]:
    merged: list[Step[list[H]]] = []
    for sequence, hosts in groups:
        merged = _insert(merged, sequence, hosts)
    return merged


def _parts(groups: Mapping[tuple[str, ...], list[H]]) -> list[list[tuple[tuple[str, ...], list[H]]]]:
    """Cut the sequences where all agree on what comes before and what behind.

    Aligned one after the other, two sequences that have nothing in common get an order that a third may not have. What
    is in a part alone no sequence has otherwise; within a larger one each operation is before and behind the others.
    """
    part_of = {op_hash: number for number, part in enumerate(_components(groups)) for op_hash in part}
    parts: dict[int, list[tuple[tuple[str, ...], list[H]]]] = {number: [] for number in part_of.values()}
    for sequence, hosts in groups.items():
        for number, own in groupby(sequence, part_of.__getitem__):
            parts[number].append((tuple(own), hosts))
    return [parts[number] for number in sorted(parts)]


def _components(sequences: Iterable[Sequence[str]]) -> list[list[str]]:
    """The strongly connected components of what follows what, in topological order (Kosaraju)."""
    behind: dict[str, dict[str, None]] = {}
    before: dict[str, dict[str, None]] = {}
    for sequence in sequences:
        for op_hash in sequence:
            behind.setdefault(op_hash, {})
            before.setdefault(op_hash, {})
        for one, following in pairwise(sequence):
            behind[one][following] = None
            before[following][one] = None
    finished = [op_hash for tree in _trees(reversed(behind), behind) for op_hash in tree]
    return _trees(reversed(finished), before)


def _trees(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Go through a graph depth first; gives, for each start not yet reached, what it reaches, last come first gone."""
    seen: set[str] = set()
    trees: list[list[str]] = []
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        tree: list[str] = []
        path = [(start, iter(edges[start]))]
        while path:
            following = next((one for one in path[-1][1] if one not in seen), None)
            if following is None:
                tree.append(path.pop()[0])
            else:
                seen.add(following)
                path.append((following, iter(edges[following])))
        trees.append(tree)
    return trees


def _insert(merged: list[Step[list[H]]], sequence: tuple[str, ...], hosts: list[H]) -> list[Step[list[H]]]:
    places = {step.op_hash: place for place, step in enumerate(merged)}
    shared = [(places[op_hash], number) for number, op_hash in enumerate(sequence) if op_hash in places]
    met = {number: place for place, number in _longest_rising(shared)}
    result: list[Step[list[H]]] = []
    done = 0
    for number, op_hash in enumerate(sequence):
        place = met.get(number)
        if place is None:
            result.append(Step(op_hash, [hosts]))
            continue
        own = len(result)
        while own and result[own - 1].hosts == [hosts]:
            own -= 1
        # what others do before this step comes before what only these hosts do: either order keeps all sequences
        result[own:own] = merged[done:place]
        merged[place].hosts.append(hosts)
        result.append(merged[place])
        done = place + 1
    return result + merged[done:]


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose first items rise (patience sorting)."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for index, (value, _) in enumerate(pairs):
        pile = bisect_left(tails, value)
        before.append(tail_at[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(value)
            tail_at.append(index)
        else:
            tails[pile] = value
            tail_at[pile] = index
    chain: list[tuple[int, int]] = []
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
