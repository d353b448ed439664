"""The facades: each stands for what the running code's context holds."""

from __future__ import annotations

import contextvars
import threading
from unittest import mock

import pytest
from pyinfra.context import (
    ContextManager,
    ContextObject,
    at_hand,
    ctx_config,
    ctx_host,
    ctx_inventory,
    ctx_state,
)


class Thing:
    def __init__(self, name, items=()):
        self.name = name
        self.items = list(items)

    def shout(self):
        return self.name.upper()

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def __str__(self):
        return f"thing {self.name}"


@pytest.fixture
def manager():
    return ContextManager("thing")


@pytest.fixture
def facade(manager):
    return ContextObject(manager)


class TestFacade:
    def test_stands_for_the_object(self, manager, facade):
        thing = Thing("a", [1, 2])
        manager.set(thing)
        assert (facade.name, facade.shout(), str(facade), list(facade), len(facade)) == (
            "a", "A", "thing a", [1, 2], 2
        )  # fmt: skip
        assert facade == thing
        assert hash(facade) == hash(thing)

    def test_sets_and_deletes_on_the_object(self, manager, facade):
        thing = Thing("a")
        manager.set(thing)
        facade.name = "b"
        facade.extra = 1
        del facade.extra
        assert (thing.name, hasattr(thing, "extra")) == ("b", False)

    def test_can_be_patched(self, manager, facade):
        manager.set(Thing("a"))
        with mock.patch.object(facade, "shout", return_value="patched"):
            assert facade.shout() == "patched"
        assert facade.shout() == "A"

    def test_without_an_object_it_says_so(self, manager, facade):
        assert not facade
        assert not manager.isset()
        assert repr(facade) == "thing: None"
        with pytest.raises(AttributeError, match=r"pyinfra\.thing is only there while pyinfra runs a deploy"):
            _ = facade.name

    def test_an_empty_object_is_one(self, manager, facade):
        manager.set(Thing("a"))
        assert facade


class TestManager:
    def test_use_ends(self, manager, facade):
        manager.set(Thing("outer"))
        with manager.use(Thing("inner")):
            assert facade.name == "inner"
        assert facade.name == "outer"

    def test_use_ends_after_an_error(self, manager):
        with pytest.raises(ZeroDivisionError), manager.use(Thing("inner")):
            _ = 1 / 0
        assert manager.get() is None

    def test_each_context_has_its_own(self, manager, facade):
        manager.set(Thing("base"))
        one, two = contextvars.copy_context(), contextvars.copy_context()
        one.run(manager.enter, Thing("one"))
        two.run(manager.enter, Thing("two"))
        assert (one.run(lambda: facade.name), two.run(lambda: facade.name), facade.name) == (
            "one",
            "two",
            "base",
        )

    def test_a_thread_sees_the_process_wide_one(self, manager, facade):
        manager.set(Thing("base"))
        seen = []
        thread = threading.Thread(target=lambda: seen.append(facade.name))
        thread.start()
        thread.join()
        assert seen == ["base"]

    def test_reset(self, manager):
        manager.set(Thing("a"))
        manager.reset()
        assert manager.get() is None


class TestPyinfrasOwn:
    def test_nothing_is_there_without_a_run(self):
        import pyinfra

        for name in ("host", "state", "config", "inventory"):
            facade = getattr(pyinfra, name)
            assert facade is getattr(pyinfra.context, name)
            assert not facade
            with pytest.raises(AttributeError, match=rf"^pyinfra\.{name} is only there while pyinfra runs"):
                _ = facade.anything

    def test_stands_for_what_a_run_has(self, make_run):
        from pyinfra import config, host, inventory, state

        run = make_run(SUDO_USER="pg")
        with ctx_state.use(run.state), ctx_host.use(run.host), ctx_config.use(run.state.config):
            assert (state.cwd, host.name, config.SUDO_USER) == (run.state.cwd, "h1", "pg")
            state.cwd = "/elsewhere"
            host.connector_data["x"] = 1
            config.SUDO = True
        with ctx_inventory.use(run.state.inventory):
            assert [one.name for one in inventory] == ["h1"]
        assert (run.state.cwd, run.host.connector_data["x"], run.state.config.SUDO) == ("/elsewhere", 1, True)
        assert make_run().state.cwd != "/elsewhere"

    def test_a_stand_in_for_a_facade_is_what_code_gets(self, monkeypatch):
        stand_in = Thing("stand-in")
        monkeypatch.setattr("pyinfra.context.host", stand_in)
        names: dict[str, object] = {}
        exec(
            "from pyinfra.context import host\nfrom pyinfra import context\nfound = context.host.name", names
        )
        assert (names["host"], names["found"]) == (stand_in, "stand-in")

    def test_an_operation_is_called_for_what_stands_in(self, make_run, monkeypatch):
        from pyinfra.operations import python

        run, other = make_run(), make_run()
        with ctx_state.use(other.state), ctx_host.use(other.host):
            monkeypatch.setattr("pyinfra.context.state", run.state)
            monkeypatch.setattr("pyinfra.context.host", run.host)
            assert at_hand() == (run.state, run.host)
            engine = mock.Mock()
            monkeypatch.setattr(run.state, "engine", engine)
            python.call(print, "x")
        ((called_for, _, given, _), _) = engine.operation_called.call_args
        assert (called_for, given) == (run.host, (print, "x"))

    def test_a_method_of_every_host_can_be_patched(self, make_run):
        from pyinfra import host

        run = make_run()
        with (
            ctx_host.use(run.host),
            mock.patch("pyinfra.api.host.Host.get_fact", lambda self, fact: f"{self.name} {fact}"),
        ):
            assert host.get_fact("x") == run.host.get_fact("x") == "h1 x"
