"""Runs on this machine's own shell."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_kit import Recorder, Run
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state


@pytest.fixture
def make_run(request: pytest.FixtureRequest) -> Callable[..., Run]:
    def make(
        names: Iterable[Any] = ("h1",), connector: type[Recorder] = Recorder, yes: bool = False, **config: Any
    ) -> Run:
        Recorder.under_way = Recorder.most_at_once = 0
        calls: list[tuple[str, str]] = []
        inventory = Inventory((list(names), {}))
        own = type("Own", (connector,), {"calls": calls})
        for one in inventory:
            one._connector_cls = own
        state = State(inventory, Config(**config), check_for_changes=not yes)
        connect_all(state)
        request.addfinalizer(lambda: disconnect_all(state))
        return Run(state, calls)

    yield make
    for manager in (ctx_state, ctx_host, ctx_config, ctx_inventory):
        manager.reset()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "a folder's name"
    made.mkdir()
    return made


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of `sys.path`; what is imported from it is forgotten, under our names too."""
    made = tmp_path / "site"
    made.mkdir()
    monkeypatch.syspath_prepend(str(made))
    before = set(sys.modules)
    yield made
    for name in set(sys.modules) - before:
        parent, _, own = name.rpartition(".")
        if str(made) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]
            if parent in sys.modules:
                vars(sys.modules[parent]).pop(own, None)
