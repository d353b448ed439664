"""The registry: what is installed, whose name is whose, and that one broken distribution hurts no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from distributions import install, registry_of
from pyinfra.api.exceptions import PluginConflictError, PluginError
from pyinfra.connectors.local import LocalConnector
from pyinfra.plugins import Registry, find_connector, registry
from pyinfra.plugins import _registry as registry_module
from pyinfra.version import __version__


def names(found: Registry, kind: str | None = None, tag: str | None = None) -> list[str]:
    return [f"{plugin.kind}.{plugin.name}" for plugin in found.plugins(kind, tag)]


class TestReading:
    def test_the_four_groups_and_no_other(self, site: Path):
        groups = {
            group: {"x": "acme"} for group in ("plugins", "connectors", "facts", "operations", "others")
        }
        install(site, "acme", groups)
        assert names(registry_of(site)) == ["operations.x", "facts.x", "connectors.x", "plugins.x"]

    def test_a_plugin_tells_where_it_is_from(self, site: Path):
        install(site, "Acme.Infra_Tools", {"connectors": {"x": "acme.x:Connector"}}, version="2.1rc1")
        (plugin,) = registry_of(site).plugins()
        assert (plugin.distribution, plugin.version, plugin.target) == (
            "acme-infra-tools",
            "2.1rc1",
            "acme.x:Connector",
        )
        assert str(plugin) == "connectors 'x' of acme-infra-tools 2.1rc1"

    def test_nothing_is_imported(self, site: Path):
        (site / "acme_loud.py").write_text("raise SystemExit('imported')\n")
        install(site, "acme", {"operations": {"x": "acme_loud"}})
        found = registry_of(site)
        assert names(found) == ["operations.x"]
        assert found.find("operations", "x") is not None

    def test_what_nobody_has_is_none(self, site: Path):
        assert registry_of(site).find("operations", "x") is None

    def test_two_copies_of_one_distribution_count_once(self, tmp_path: Path):
        first, second = tmp_path / "first", tmp_path / "second"
        install(first, "acme-infra", {"operations": {"x": "acme.new"}}, version="2.0")
        install(second, "Acme_Infra", {"operations": {"x": "acme.old", "y": "acme.old"}}, version="1.0")
        found = registry_of(first, second)
        plugin = found.find("operations", "x")
        assert plugin is not None
        assert (plugin.target, plugin.version) == ("acme.new", "2.0")
        assert found.find("operations", "y") is None


class TestTags:
    @pytest.mark.parametrize(
        ("keywords", "tags"),
        [
            ("system,package-manager", ("system", "package-manager")),
            ("system package-manager", ("system", "package-manager")),
            ("web, Web Server, über, -x, x-, a--b, a_b, v2", ("web", "v2")),
            ("", ()),
        ],
    )
    def test_are_the_keywords_that_are_slugs(self, site: Path, keywords, tags):
        install(site, "acme", {"facts": {"x": "acme"}}, keywords=keywords)
        (plugin,) = registry_of(site).plugins()
        assert plugin.tags == tags

    def test_may_stand_on_several_lines(self, site: Path):
        install(site, "acme", {"facts": {"x": "acme"}}, keywords="system,\n        web,\n\tstorage")
        (plugin,) = registry_of(site).plugins()
        assert plugin.tags == ("system", "web", "storage")

    def test_are_not_read_from_a_description(self, site: Path):
        made = install(site, "acme", {"facts": {"x": "acme"}})
        with (made / "METADATA").open("a") as file:
            file.write("\nKeywords: web\nRequires-Dist: pyinfra-core>99\n")
        (plugin,) = registry_of(site).plugins()
        assert (plugin.tags, plugin.requires) == ((), ())

    def test_choose_plugins(self, site: Path):
        install(site, "acme", {"facts": {"x": "acme"}, "operations": {"x": "acme"}}, keywords="web")
        install(site, "other", {"facts": {"y": "other"}}, keywords="web-server")
        found = registry_of(site)
        assert names(found, tag="web") == ["operations.x", "facts.x"]
        assert names(found, "facts", "web") == ["facts.x"]
        assert names(found, tag="none") == []


class TestConflicts:
    @pytest.fixture
    def found(self, site: Path) -> Registry:
        install(site, "acme", {"operations": {"x": "acme.x", "own": "acme.own"}, "facts": {"x": "acme.x"}})
        install(site, "other-infra", {"operations": {"x": "other.x"}}, version="3.2")
        return registry_of(site)

    def test_name_both_and_what_to_do(self, found: Registry):
        with pytest.raises(PluginConflictError) as caught:
            found.find("operations", "x")
        text = str(caught.value)
        assert text.startswith("pyinfra.operations.x is provided by ")
        assert text.endswith(": uninstall one of them")
        assert {"acme 1.0", "other-infra 3.2"} <= set(
            text.removesuffix(": uninstall one of them").partition(" by ")[2].split(" and ")
        )

    def test_concern_that_name_alone(self, found: Registry):
        assert found.find("operations", "own") is not None
        assert found.find("facts", "x") is not None

    def test_are_listed_still(self, found: Registry):
        assert names(found, "operations") == ["operations.own", "operations.x", "operations.x"]
        assert found.names("operations") == ["own", "x"]


class TestCoresOwnNames:
    def test_are_cores(self, site: Path):
        install(site, "pyinfra-core", {"operations": {"python": "pyinfra.operations.python"}})
        install(site, "acme", {"operations": {"python": "acme.python"}})
        install(site, "other", {"operations": {"python": "other.python"}})
        plugin = registry_of(site).find("operations", "python")
        assert plugin is not None
        assert plugin.distribution == "pyinfra-core"

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("operations", "util"), ("operations", "python"), ("facts", "util"), ("connectors", "base")],
    )
    def test_modules_of_core_are_no_plugins(self, site: Path, monkeypatch, kind, name):
        install(site, "acme", {kind: {name: "acme_taken"}})
        monkeypatch.setattr(registry_module, "registry", registry_of(site))
        assert registry_module.registry.module(kind, name).__name__ == f"pyinfra.{kind}.{name}"

    def test_local_is_cores(self, site: Path, monkeypatch):
        install(site, "acme", {"connectors": {"local": "acme:Mine"}})
        monkeypatch.setattr(registry_module, "registry", registry_of(site))
        assert find_connector("local") is LocalConnector


class TestBroken:
    """One broken distribution is named; all others are there."""

    @pytest.fixture
    def good(self, site: Path) -> Path:
        install(site, "good", {"operations": {"x": "good"}})
        return site

    def check(self, found: Registry, where: str, cause: str) -> None:
        assert names(found) == ["operations.x"]
        (broken,) = found.broken
        assert where in broken.distribution
        assert cause in broken.cause

    def test_metadata_without_a_name(self, good: Path):
        made = install(good, "bad", {"operations": {"x": "bad"}})
        (made / "METADATA").write_text("Metadata-Version: 2.1\nVersion: 1\n")
        self.check(registry_of(good), "bad-1.0.dist-info", "")

    def test_metadata_that_is_gone(self, good: Path):
        made = install(good, "bad", {"operations": {"x": "bad"}})
        (made / "METADATA").unlink()
        self.check(registry_of(good), "bad-1.0.dist-info", "")

    def test_metadata_that_is_no_text(self, good: Path):
        made = install(good, "bad", {"operations": {"x": "bad"}})
        (made / "entry_points.txt").write_bytes(b"[pyinfra.operations]\nx = caf\xe9\n")
        self.check(registry_of(good), "bad", "UnicodeDecodeError")

    @pytest.mark.parametrize("line", ["x", "x =", "= bad", "[pyinfra.facts"])
    def test_a_line_that_is_no_entry_point(self, good: Path, line):
        made = install(good, "bad", {"operations": {"y": "bad"}})
        with (made / "entry_points.txt").open("a") as file:
            file.write(f"# a comment\n\n{line}\n")
        self.check(registry_of(good), "bad", f"entry_points.txt: {line!r} is no entry point")

    def test_a_line_of_a_group_that_is_not_ours(self, good: Path):
        made = install(good, "other", {"operations": {"y": "other"}})
        with (made / "entry_points.txt").open("a") as file:
            file.write("[console_scripts]\nodd\n")
        found = registry_of(good)
        assert (names(found), found.broken) == (["operations.x", "operations.y"], [])

    def test_a_requirement_that_is_none(self, good: Path):
        install(good, "bad", {"operations": {"y": "bad"}}, requires=["pyinfra-core (any"])
        found = registry_of(good)
        assert names(found) == ["operations.x", "operations.y"]
        with pytest.raises(
            PluginError, match=r"bad 1\.0 requires 'pyinfra-core \(any', which is no requirement"
        ):
            found.find("operations", "y")

    def test_metadata_that_raises(self, good: Path):
        class Raising:
            def read_text(self, name):
                raise PermissionError("not yours")

            def __str__(self):
                return "the raising one"

        good_ones = registry_of(good)._distributions
        assert good_ones is not None
        self.check(Registry([Raising(), *good_ones]), "the raising one", "PermissionError: not yours")

    def test_what_has_no_plugin_may_be_as_it_likes(self, good: Path):
        install(good, "unrelated", {"console": {}}, requires=["pyinfra-core (any"])
        found = registry_of(good)
        assert (names(found), found.broken) == (["operations.x"], [])

    @pytest.mark.parametrize(
        ("code", "target", "cause"),
        [
            ("raise ValueError('no luck')", "acme_bad", "ValueError: no luck"),
            ("import sys; sys.exit('bye')", "acme_bad", "SystemExit: bye"),
            ("import acme_not_there", "acme_bad", "ModuleNotFoundError: No module named 'acme_not_there'"),
            ("x = (", "acme_bad", "SyntaxError"),
            ("", "acme_bad:Missing", "AttributeError: .*Missing"),
            ("", "acme_nowhere", "ModuleNotFoundError: No module named 'acme_nowhere'"),
        ],
    )
    def test_a_module_that_does_not_load_is_named_with_the_cause(self, site: Path, code, target, cause):
        (site / "acme_bad.py").write_text(code)
        install(site, "acme", {"plugins": {"x": target}}, version="0.3")
        found = registry_of(site)
        plugin = found.find("plugins", "x")
        assert plugin is not None
        with pytest.raises(PluginError, match=rf"^plugins 'x' of acme 0\.3 can't be loaded: {cause}"):
            found.load(plugin)

    def test_an_attribute_within_an_attribute(self, site: Path):
        (site / "acme_deep.py").write_text("class A:\n    class B:\n        value = 5\n")
        install(site, "acme", {"plugins": {"x": "acme_deep : A.B.value"}})
        found = registry_of(site)
        plugin = found.find("plugins", "x")
        assert plugin is not None
        assert found.load(plugin) == 5


class TestVersions:
    @pytest.mark.parametrize(
        "requires",
        [
            "pyinfra-core>=99",
            "pyinfra-core (>=99)",
            "Pyinfra_Core<3",
            "pyinfra.core!=3.*; python_version>'3'",
            "pyinfra-core[x]==3.10.0",
        ],
    )
    def test_one_that_does_not_fit_is_refused_with_both(self, site: Path, requires):
        install(site, "acme", {"operations": {"x": "acme"}}, version="4.0", requires=["greenlet", requires])
        found = registry_of(site)
        with pytest.raises(
            PluginError,
            match=rf"^acme 4\.0 needs pyinfra-core.*\d.*, installed is {__version__}: .*uninstall acme$",
        ):
            found.find("operations", "x")
        assert names(found) == ["operations.x"]

    @pytest.mark.parametrize(
        "requires",
        [
            "pyinfra-core",
            "pyinfra-core>=3,<4",
            "pyinfra-core>=99; python_version < '3'",
            "pyinfra-core>=99; extra == 'next'",
            "pyinfra-core-extras>=99",
        ],
    )
    def test_others_are_not(self, site: Path, requires):
        install(site, "acme", {"operations": {"x": "acme"}}, requires=[requires])
        assert registry_of(site).find("operations", "x") is not None


class TestMissing:
    @pytest.mark.parametrize(
        ("kind", "name", "text"),
        [
            ("operations", "apt", ": pip install pyinfra-ops-apt"),
            ("facts", "deb", ": pip install pyinfra-ops-apt"),
            ("operations", "flies", ", and no plugin of that name is known; did you mean files?"),
            ("operations", "acm", ", and no plugin of that name is known; did you mean acme?"),
            ("connectors", "zzz", ", and no plugin of that name is known"),
        ],
    )
    def test_says_what_to_install_or_what_is_near(self, site: Path, kind, name, text):
        install(site, "acme", {"operations": {"acme": "acme"}})
        assert registry_of(site).missing(kind, name) == f"pyinfra.{kind}.{name} is not installed{text}"


def test_what_is_installed_here_is_whole():
    assert registry.broken == []
    assert [plugin for plugin in registry.plugins() if plugin.refused] == []
