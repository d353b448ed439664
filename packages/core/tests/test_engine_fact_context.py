"""Facts whose commands ask for other facts."""

from __future__ import annotations

from pyinfra.api import FactBase
from pyinfra.context import host


class Name(FactBase[str]):
    def command(self) -> str:
        return f"echo {host.name}"


class NameTwice(FactBase[str]):
    def command(self) -> str:
        return f"echo {host.get_fact(Name)} twice"


def test_other_facts_are_asked_outside_of_a_deploy(make_run):
    assert make_run().host.get_fact(NameTwice) == "h1 twice"


def test_other_facts_are_those_of_the_host_that_was_asked(make_run):
    run = make_run(["h1", "h2"])
    second = run.hosts[1]

    told = run.on(lambda: second.get_fact(NameTwice))

    assert list(told.values()) == ["h2 twice", "h2 twice"]
