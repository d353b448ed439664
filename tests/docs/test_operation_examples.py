"""The example of each operation runs as it stands, on a host that answers nothing but what `examples.yaml` says.

What an example needs stands there by its operation's name: `files` here, each with its content; `responses` of the host
to commands that match; that it `boots`. So do the `errors` that an example is to end with, what it `raises` since the
host is a fake, and the facts that it asks itself, which are `unlisted` on the operation's page.
"""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import PyinfraError, RunFailedError
from pyinfra.api.host import Host
from pyinfra.api.operations import run_ops
from pyinfra_docs._asked import FactsAsked
from pyinfra_docs._metadata import read_plugins
from pyinfra_docs._model import Member
from pyinfra_docs._reading import read_members

HERE = Path(__file__).parent
NEEDS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "examples.yaml").read_text()) or {}
PLUGINS = [(plugin, read_members(plugin)) for plugin in read_plugins(HERE.parents[1])]
OPERATIONS = {
    member.name: member for plugin, members in PLUGINS if plugin.type == "operation" for member in members
}
FACTS = {
    member.origin: member.name for plugin, members in PLUGINS if plugin.type == "fact" for member in members
}
REBOOT = "pyinfra.operations.server._reboot"
ASKED = FactsAsked([plugin.source for plugin, _ in PLUGINS], FACTS)

ASKED_FIRST = {name: ASKED.of_fact(*origin) for origin, name in FACTS.items()}


def run(code: Callable[[], Any], responses: dict[str, str]) -> State:
    state = State(Inventory(([("@fake/host", {"fake_responses": responses})], {})), Config())
    try:
        connect_all(state)
        state.engine.add(list(state.inventory.iter_active_hosts()), code)
        # What went wrong on the host is told by its operations.
        with contextlib.suppress(RunFailedError):
            run_ops(state)
    finally:
        disconnect_all(state)
    return state


def write(folder: Path, files: dict[str, str | None]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".tar.gz"):
            tarfile.open(file, "w:gz").close()
        else:
            file.write_text(content or "")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the facts that were asked."""
    names: set[str] = set()
    get_fact = Host.get_fact

    def noted(self: Host, fact: Any, *args: Any, **kwargs: Any) -> Any:
        names.add(fact if isinstance(fact, str) else fact.name)
        return get_fact(self, fact, *args, **kwargs)

    monkeypatch.setattr(Host, "get_fact", noted)
    return names


def boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the host started anew by the time it is asked again, without waiting for it."""
    boots = iter(("before", "after"))
    monkeypatch.setattr(f"{REBOOT}._current_boot", lambda: next(boots))
    monkeypatch.setattr(f"{REBOOT}.sleep", lambda seconds: None)


@pytest.mark.parametrize("member", OPERATIONS.values(), ids=lambda member: member.name)
def test_an_example_runs(member: Member, asked: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    needs = NEEDS.get(member.name, {})
    monkeypatch.chdir(tmp_path)
    write(tmp_path, needs.get("files", {}))
    if needs.get("boots"):
        boot(monkeypatch)
    code = compile(member.example, f"the example of {member.name}", "exec")

    def example() -> None:
        exec(code, {"__name__": "example"})

    if "raises" in needs:
        with pytest.raises(PyinfraError, match=needs["raises"]):
            run(example, needs.get("responses", {}))
        return
    state = run(example, needs.get("responses", {}))
    called = {meta.op_name for meta in state.op_meta.values()}
    assert member.name in called
    told = [one for operations in state.ops.values() for one in operations.values()]
    assert [one.error for one in told if one.error] == needs.get("errors", [])
    outcome = needs.get("outcome", "failed" if "errors" in needs else "changed")
    assert {one.outcome.value for one in told if one.outcome} == {outcome}
    listed = {name for operation in called for name in ASKED.of(*OPERATIONS[operation].origin)}
    listed |= {name for fact in listed for name in ASKED_FIRST.get(fact, ())}
    assert (asked & set(FACTS.values())) - listed == set(needs.get("unlisted", ()))


def test_what_examples_need_is_of_operations():
    assert set(NEEDS) <= set(OPERATIONS)
