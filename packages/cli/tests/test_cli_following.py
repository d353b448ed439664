"""What the command line shows, on a terminal, in lines or as JSON, it knows from hooks that anyone can implement."""

from __future__ import annotations

import io

import pytest
from pyinfra.api import Config, Inventory, State
from pyinfra.plugins.hooks import new_manager, register
from pyinfra.plugins.spec import Hooks
from pyinfra_cli import following
from pyinfra_cli.following import follow, observers
from pyinfra_cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def implemented(observer: object) -> set[str]:
    return {name for name in dir(observer) if name.startswith("pyinfra_")}


@pytest.mark.parametrize(
    "observer", [*observers(1, False, False), Progress()], ids=lambda one: type(one).__name__
)
def test_an_observer_is_a_plugin_like_any_other(observer):
    manager = new_manager()
    register(manager, observer)
    assert implemented(observer)
    assert implemented(observer) <= {name for name in vars(Hooks) if name.startswith("pyinfra_")}
    assert {caller.name for caller in manager.get_hookcallers(observer)} == implemented(observer)


@pytest.mark.parametrize(
    ("verbosity", "quiet", "terminal", "names"),
    [
        (0, False, False, ["ConnectErrors", "Lines"]),
        (1, False, True, ["ConnectErrors", "Lines", "Facts", "Progress"]),
        (3, True, True, ["ConnectErrors"]),
    ],
)
def test_who_follows_a_run(monkeypatch, verbosity, quiet, terminal, names):
    monkeypatch.setattr(following.sys, "stdout", Terminal() if terminal else io.StringIO())
    assert [type(one).__name__ for one in observers(verbosity, quiet, False)] == names


def test_the_run_tells_them_and_nobody_else():
    state = State(Inventory((["web-1"], {})), Config())
    before = {name: len(those) for name, those in state.engine.events._listeners.items()}
    follow(state, 1)
    those = [str(one) for listeners in state.engine.events._listeners.values() for one in listeners]
    assert len(those) - sum(before.values()) == sum(
        len(implemented(one)) for one in observers(1, False, False)
    )
    assert all("plugin of the command line (" in one for one in those)
