"""One order of operations for all hosts, made by aligning each host's own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
    merged: list[Step[list[H]]] = []
    for sequence, hosts in groups.items():
        merged = _insert(merged, sequence, hosts)
    return [Step(step.op_hash, [host for hosts in step.hosts for host in hosts]) for step in merged]


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
