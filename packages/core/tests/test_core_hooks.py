"""Hook implementations: registered or refused by name, and never at the cost of others."""

from __future__ import annotations

import inspect
import logging
from types import ModuleType, SimpleNamespace

import pytest
from distributions import install, registry_of
from pyinfra._engine.events import NAMES
from pyinfra.api.exceptions import PluginError
from pyinfra.plugins import hooks
from pyinfra.plugins.spec import Hooks, hookimpl

HOOKS = {name: value for name, value in vars(Hooks).items() if name.startswith("pyinfra_")}


def plugin_of(code: str) -> ModuleType:
    module = ModuleType("core_test_hooks")
    exec(f"from pyinfra.plugins.spec import hookimpl\nsaid = []\n{code}", vars(module))
    return module


@pytest.fixture
def manager():
    return hooks.new_manager()


class TestRegistering:
    def test_a_module_takes_what_arguments_it_wants(self, manager):
        plugin = plugin_of("@hookimpl\ndef pyinfra_stage(stage): said.append(stage)")
        hooks.register(manager, plugin, "mine")
        manager.hook.pyinfra_stage(state=None, stage=3)
        assert plugin.said == [3]

    def test_so_does_an_object(self, manager):
        class Watcher:
            @hookimpl
            def pyinfra_run_end(self):
                self.ended = True

        watcher = Watcher()
        hooks.register(manager, watcher)
        manager.hook.pyinfra_run_end(state=None)
        assert watcher.ended

    def test_several_give_their_answers(self, manager):
        for name in "ab":
            hooks.register(
                manager, plugin_of(f"@hookimpl\ndef pyinfra_report_formats(): return ['{name}']"), name
            )
        assert sorted(manager.hook.pyinfra_report_formats()) == [["a"], ["b"]]

    def test_other_names_are_the_plugins_own(self, manager):
        hooks.register(
            manager, plugin_of("import pyinfra as pyinfra_alias\ndef helper(): pass\npyinfra_value = 5")
        )


REFUSED = {
    "no hook, marked": ("@hookimpl\ndef pyinfra_operation_ended(state): pass", "pyinfra_operation_ended"),
    "no hook, unmarked": ("def pyinfra_operation_ended(state): pass", "pyinfra_operation_ended is no hook"),
    "unmarked": (
        "def pyinfra_run_end(state): said.append(1)",
        "pyinfra_run_end is not marked: write @hookimpl",
    ),
    "no argument": ("@hookimpl\ndef pyinfra_run_end(stat): said.append(1)", "stat"),
}


class TestRefused:
    @pytest.mark.parametrize(("code", "text"), REFUSED.values(), ids=REFUSED)
    def test_at_load_with_the_plugins_name(self, manager, code, text):
        plugin = plugin_of(code)
        with pytest.raises(PluginError, match=f"(?s)^plugin 'mine': .*{text}"):
            hooks.register(manager, plugin, "mine")
        assert not manager.is_registered(plugin)
        hooks.register(manager, plugin_of("@hookimpl\ndef pyinfra_run_end(state): pass"), "other")
        manager.hook.pyinfra_run_end(state=None)
        assert plugin.said == []

    def test_twice_leaves_the_first(self, manager):
        plugin = plugin_of("@hookimpl\ndef pyinfra_run_end(state): said.append(1)")
        hooks.register(manager, plugin, "mine")
        with pytest.raises(PluginError, match=r"^plugin 'again': it is registered already, as 'mine'$"):
            hooks.register(manager, plugin, "again")
        with pytest.raises(PluginError, match=r"^plugin 'mine': "):
            hooks.register(manager, plugin_of(""), "mine")
        manager.hook.pyinfra_run_end(state=None)
        assert plugin.said == [1]

    def test_when_looking_at_it_raises(self, manager):
        class Awkward:
            @property
            def pyinfra_run_end(self):
                raise ZeroDivisionError("cause")

        with pytest.raises(PluginError, match=r"^plugin 'mine': .*cause"):
            hooks.register(manager, Awkward(), "mine")
        assert manager.list_name_plugin() == []


class TestInstalled:
    @pytest.fixture
    def installed(self, tmp_path, monkeypatch):
        good = (
            "from pyinfra.plugins.spec import hookimpl\n@hookimpl\ndef pyinfra_run_start(): return {name!r}\n"
        )
        codes = {
            "first": good.format(name="first"),
            "last": good.format(name="last"),
            "typo": "def pyinfra_run_strat(): pass\n",
            "wrong": "from pyinfra.plugins.spec import hookimpl\n@hookimpl\ndef pyinfra_run_start(nothing): pass\n",
            "raises": "raise ZeroDivisionError('cause')\n",
        }
        for name, code in codes.items():
            (tmp_path / f"core_test_hooks_{name}.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        install(tmp_path, "acme", {"plugins": {name: f"core_test_hooks_{name}" for name in codes}})
        for name in ("one", "two"):
            install(tmp_path, name, {"plugins": {"clash": "json"}})
        monkeypatch.setattr(hooks, "registry", registry_of(tmp_path))
        hooks.installed_hooks.cache_clear()
        yield
        hooks.installed_hooks.cache_clear()

    def test_the_broken_are_named_and_the_rest_works(self, installed, caplog):
        with caplog.at_level(logging.WARNING, "pyinfra"):
            manager = hooks.installed_hooks()
        assert sorted(name for name, _ in manager.list_name_plugin()) == ["first", "last"]
        said = [record.getMessage() for record in caplog.records]
        assert len(said) == 4
        for text in (
            "'typo'",
            "'wrong'",
            "'raises' of acme 1.0 can't be loaded: ZeroDivisionError: cause",
            "plugins.clash is provided by",
        ):
            assert any(text in line for line in said), (text, said)

    def test_are_read_once(self, installed):
        assert hooks.installed_hooks() is hooks.installed_hooks()


class TestContract:
    @pytest.mark.parametrize("name", HOOKS)
    def test_every_hook_is_documented_and_typed(self, name):
        signature = inspect.signature(HOOKS[name])
        summary = HOOKS[name].__doc__.splitlines()[0]
        assert summary.endswith(".")
        assert all(
            one.annotation is not inspect.Parameter.empty for one in list(signature.parameters.values())[1:]
        )

    def test_every_event_of_a_run_is_a_hook(self):
        assert {f"pyinfra_{name}" for name in NAMES} <= set(HOOKS)

    def test_those_that_give_something_give_it_when_nobody_hooks_in(self, manager):
        for name in ("pyinfra_cli_commands", "pyinfra_inventory_sources", "pyinfra_secret_sources"):
            assert getattr(manager.hook, name)() == []
        assert SimpleNamespace(**HOOKS)
