"""Names that other people's code imports, calls or patches are there."""

from __future__ import annotations

import builtins
import importlib
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import Config, Inventory, State

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


@pytest.fixture
def state() -> State:
    return State(Inventory((["web-1"], {"web": (["web-1"], {})})), Config())


def missing(owner: Any, names: list[str]) -> list[str]:
    return [name for name in names if not hasattr(owner, name)]


@pytest.mark.parametrize("module", NAMES["modules"])
def test_of_a_module(module: str) -> None:
    # A builtin is patched where it is used, though it stands there under no name.
    names = [name for name in NAMES["modules"][module] if not hasattr(builtins, name)]
    assert missing(importlib.import_module(module), names) == []


def test_of_a_host(state: State) -> None:
    assert missing(state.inventory.get_host("web-1"), NAMES["host"]["names"]) == []


def test_of_the_state(state: State) -> None:
    assert missing(state, NAMES["state"]["names"]) == []
