"""The examples of facts and connectors, as their pages show them, run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.host import Host
from pyinfra.plugins import find_connector
from pyinfra_cli.commands import read_work
from pyinfra_docs._metadata import read_plugins
from pyinfra_docs._pages import Documented, pages_of, path_of
from pyinfra_docs._reading import read_members

ROOT = Path(__file__).parents[2]
DOCUMENTED = [Documented(plugin, read_members(plugin)) for plugin in read_plugins(ROOT)]
PAGES = pages_of(DOCUMENTED)
MEMBERS = [member for one in DOCUMENTED for member in one.members]
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The code on a page."""
    return [code for kind, code in BLOCK.findall(page) if kind == language]


def example(page: str) -> str:
    """The part of a page that shows how to use what it is about."""
    return page.partition("## Example\n")[2].partition("\n## ")[0]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The facts that were asked, with their arguments."""
    calls: list[tuple[str, dict[str, Any]]] = []
    get_fact = Host.get_fact

    def noted(self: Host, fact: Any, *args: Any, **kwargs: Any) -> Any:
        assert not args
        calls.append((fact.name, kwargs))
        return get_fact(self, fact, **kwargs)

    monkeypatch.setattr(Host, "get_fact", noted)
    return calls


@pytest.mark.parametrize(
    "member", [one for one in MEMBERS if one.kind == "fact"], ids=lambda member: member.name
)
def test_a_fact_is_asked(member: Any, asked: list[tuple[str, dict[str, Any]]]):
    page = example(PAGES[path_of(member)])
    (code,) = blocks(page, "python")
    state = State(Inventory((["@fake/host"], {})), Config())
    try:
        connect_all(state)
        state.engine.add(
            list(state.inventory.iter_active_hosts()),
            lambda: exec(compile(code, f"the example of {member.name}", "exec"), {}),
        )
    finally:
        disconnect_all(state)
    assert not state.failed_hosts
    (line,) = blocks(page, "sh")
    program, host, *words = shlex.split(line)
    assert (program, host) == ("pyinfra", "HOST")
    (call,) = read_work(words).facts
    assert (call.cls.name, call.args) == (member.name, [])
    assert (member.name, call.kwargs) in asked
    assert {one.name for one in member.arguments if one.default is None} <= set(call.kwargs)


@pytest.mark.parametrize(
    "member", [one for one in MEMBERS if one.kind == "connector"], ids=lambda member: member.name
)
def test_a_connector_is_used(member: Any):
    (code,) = blocks(example(PAGES[path_of(member)]), "python")
    groups: dict[str, Any] = {}
    exec(compile(code, f"the example of {member.name}", "exec"), groups)
    known = find_connector(member.name)
    hosts = [host for name, group in groups.items() if isinstance(group, list) for host in group]
    assert hosts
    State(inventory := Inventory((hosts, {})), Config())
    assert {type(host.connector) for host in inventory} == {known}
    for host in hosts:
        assert set(host[1] if isinstance(host, tuple) else ()) <= set(known.data_meta)


@pytest.mark.parametrize(
    "member", [one for one in MEMBERS if one.kind == "connector"], ids=lambda member: member.name
)
def test_commands_of_a_connector(member: Any):
    lines = [line for code in blocks(PAGES[path_of(member)], "sh") for line in code.splitlines()]
    assert lines
    known = find_connector(member.name)
    for line in lines:
        program, hosts, *words = shlex.split(line)
        assert program == "pyinfra"
        read_work(words)
        State(inventory := Inventory((hosts.split(","), {})), Config())
        assert {type(host.connector) for host in inventory} == {known}
