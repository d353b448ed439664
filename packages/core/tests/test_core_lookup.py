"""Facts, operations and connectors by name, whoever provides them."""

from __future__ import annotations

from pathlib import Path

import pytest
from distributions import install, registry_of
from pyinfra.api.connectors import (
    get_all_connectors,
    get_connector,
    get_execution_connector,
    get_execution_connectors,
)
from pyinfra.api.exceptions import NoConnectorError, PluginError
from pyinfra.connectors.local import LocalConnector
from pyinfra.plugins import _registry as registry_module
from pyinfra.plugins import connector_names, find_connector, find_fact, find_operation

FACTS = """\
from pyinfra.api import FactBase, ShortFactBase, operation
class Both(FactBase):
    command = "true"
class {only}(ShortFactBase):
    fact = Both
NoFact = dict
@operation()
def act():
    yield "true"
def helper():
    pass
"""


class TestLookingUpByName:
    @pytest.fixture(autouse=True)
    def installed(self, site: Path, monkeypatch):
        for name in ("one", "two"):
            (site / f"acme_{name}.py").write_text(FACTS.format(only=f"Only{name}"))
        (site / "acme_broken.py").write_text("raise ValueError('no luck')")
        modules = {"acme_one": "acme_one", "acme_two": "acme_two", "acme_broken": "acme_broken"}
        install(site, "acme", {"facts": modules, "operations": modules})
        found = registry_of(site)
        monkeypatch.setattr(registry_module, "registry", found)
        monkeypatch.setattr("pyinfra.plugins.registry", found)

    def test_facts(self):
        import acme_one

        assert find_fact("acme_one.Both") is acme_one.Both
        assert find_fact("Onlyone") is acme_one.Onlyone

    def test_a_bare_name_of_two_facts(self):
        with pytest.raises(
            PluginError,
            match=r"several plugins have a fact 'Both': name one of acme_one\.Both, acme_two\.Both",
        ):
            find_fact("Both")

    def test_a_bare_name_of_none_tells_what_could_not_be_looked_into(self):
        with pytest.raises(
            PluginError,
            match=r"has a fact 'Nope'; facts 'acme_broken' of acme 1\.0 can't be loaded: ValueError",
        ):
            find_fact("Nope")

    @pytest.mark.parametrize("name", ["acme_one.Nope", "acme_one.NoFact", "acme_one.act"])
    def test_what_is_no_fact(self, name):
        with pytest.raises(PluginError, match=r"pyinfra\.facts\.acme_one has no fact"):
            find_fact(name)

    def test_operations(self):
        import acme_two

        assert find_operation("acme_two", "act") is acme_two.act
        for name in ("nope", "helper", "Both"):
            with pytest.raises(
                PluginError, match=rf"pyinfra\.operations\.acme_two has no operation '{name}'"
            ):
                find_operation("acme_two", name)

    def test_a_broken_module(self):
        with pytest.raises(
            PluginError, match=r"operations 'acme_broken' of acme 1\.0 can't be loaded: ValueError: no luck"
        ):
            find_operation("acme_broken", "act")

    def test_one_that_needs_what_is_not_installed_is_named_too(self, site: Path):
        (site / "acme_broken.py").write_text("from pyinfra.operations import acme_nowhere\n")
        with pytest.raises(
            PluginError,
            match=r"facts 'acme_broken' of acme 1\.0 can't be loaded: .*pyinfra\.operations\.acme_nowhere is not inst",
        ):
            registry_module.registry.module("facts", "acme_broken")

    def test_a_module_that_nobody_has(self):
        with pytest.raises(PluginError, match=r"^pyinfra\.facts\.acme_on is not .*did you mean acme_one\?$"):
            find_fact("acme_on.Both")


class TestConnectors:
    def test_an_unknown_one(self):
        with pytest.raises(PluginError, match=r"^the connector @zzz is not installed, and no plugin"):
            find_connector("zzz")

    def test_those_that_load_are_given(self, site: Path, monkeypatch):
        (site / "acme_lists.py").write_text(
            "from pyinfra.connectors.local import LocalConnector\n"
            "class Lists(LocalConnector):\n    handles_execution = False\n"
        )
        points = {
            "lists": "acme_lists:Lists",
            "bad": "acme_lists:Nope",
            "local": "pyinfra.connectors.local:X",
        }
        install(site, "acme", {"connectors": points})
        monkeypatch.setattr(registry_module, "registry", registry_of(site))
        assert connector_names() == ["bad", "lists", "local"]
        assert sorted(get_all_connectors()) == ["lists", "local"]
        assert get_execution_connectors() == {"local": LocalConnector}
        with pytest.raises(
            NoConnectorError, match=r"connectors 'bad' of acme 1\.0 can't be loaded: AttributeError"
        ):
            get_connector("bad")
        with pytest.raises(NoConnectorError, match="@lists lists hosts; it does not run commands on them"):
            get_execution_connector("lists")
